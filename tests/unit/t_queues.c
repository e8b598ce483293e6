/* SPDX-License-Identifier: ISC */
#include "process/queues.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "libc/real.h"
#include "tap.h"

enum { LISTENER = 5, INDEX = 3 };

static struct page page = {.attention = ATTENTION_TAKING};
static struct page_slot slot;
struct self self = {.page = &page, .slot = &slot};

static int sender = -1; /* our side of the queue that was kept last */

static void keep(int index)
{
    int pair[2] = {-1, -1};

    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair) == 0)
        queues_keep(index, pair[1]);
    if (sender >= 0)
        close(sender);
    sender = pair[0];
}

/* A connection, whose description does not block. */
static int connection(void)
{
    int pair[2];

    ok(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0, "a connection");
    close(pair[1]);
    return pair[0];
}

static void hand_over(int fd)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof fd)];
    } control = {.header = {.cmsg_len = CMSG_LEN(sizeof fd),
                            .cmsg_level = SOL_SOCKET,
                            .cmsg_type = SCM_RIGHTS}};
    char byte = 0;
    struct iovec iov = {&byte, 1};
    struct msghdr hdr = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control.space};

    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    ok(sendmsg(sender, &hdr, 0) == 1, "is handed over");
    close(fd);
}

static void nobody(int error, const char *why)
{
    errno = 0;
    is_int(queues_accept(LISTENER, NULL, NULL, 0), -1, "nobody: %s", why);
    is_int(errno, error, "errno says so");
}

static void test_flags(void)
{
    int fd;

    nobody(EAGAIN, "it is empty");
    hand_over(connection());
    fd = queues_accept(LISTENER, NULL, NULL, 0);
    ok(fd >= 0, "there is somebody");
    is_int(fcntl(fd, F_GETFL) & O_NONBLOCK, 0, "accept() gives one that blocks");
    is_int(fcntl(fd, F_GETFD), 0, "and outlives exec()");
    close(fd);
    hand_over(connection());
    fd = queues_accept(LISTENER, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    ok(fcntl(fd, F_GETFL) & O_NONBLOCK, "accept4() as its flags say");
    is_int(fcntl(fd, F_GETFD), FD_CLOEXEC, "both of them");
    close(fd);
}

/* The message is gone when it has been read. */
static void test_no_number(void)
{
    struct rlimit limit, none;
    int fd;

    hand_over(connection());
    getrlimit(RLIMIT_NOFILE, &limit);
    none = (struct rlimit){3, limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
    nobody(EMFILE, "there is no number for him");
    setrlimit(RLIMIT_NOFILE, &limit);
    fd = queues_accept(LISTENER, NULL, NULL, 0);
    ok(fd >= 0, "he has waited");
    close(fd);
}

static void test_when(void)
{
    int fd;

    hand_over(connection());
    page.attention = 0;
    is_int(queues_of(LISTENER), -1, "nobody looks there when it is over");
    page.attention = ATTENTION_TAKING | ATTENTION_DRAINING;
    is_int(queues_of(LISTENER), -1, "nor when this generation drains itself");
    nobody(EAGAIN, "and nobody is taken");
    page.attention = ATTENTION_TAKING;
    fd = queues_accept(LISTENER, NULL, NULL, 0);
    ok(fd >= 0, "then he is");
    close(fd);
    fdtab_set(LISTENER, FD_PLACEHOLDER);
    is_int(queues_of(LISTENER), -1, "a placeholder has none");
    fdtab_set(LISTENER, FD_LISTENER);
}

static void test_number(void)
{
    int end = queues_end(INDEX);

    is_int(fdtab_kind(end), FD_OWN, "its number is ours");
    ok(!queues_yield(end + 1), "another one is none of a queue");
    atomic_store(&page.listeners[INDEX].flags, LISTENER_TAKES);
    ok(queues_yield(end), "the server may have it");
    is_int(fdtab_kind(end), FD_NONE, "and it is the server's");
    ok(queues_end(INDEX) < 0 && !page.listeners[INDEX].flags,
       "the queue is left, and nothing is given");
    close(end);
}

static void test_few(void)
{
    for (int i = 0; i < QUEUES_MOST; i++) {
        ok(queues_have_room(), "room for number %d", i);
        keep(i);
    }
    ok(!queues_have_room(), "and for no more");
    queues_leave(2);
    ok(queues_have_room(), "until one is left");
    is_int(queues_end(2), -1, "which is gone");
}

int main(void)
{
    real_resolve();
    fdtab_set(LISTENER, FD_LISTENER);
    fdtab_set_index(LISTENER, INDEX);
    keep(INDEX);
    test_flags();
    test_no_number();
    test_when();
    test_number();
    test_few();
    return done();
}
