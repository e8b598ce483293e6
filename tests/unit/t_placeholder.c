/* SPDX-License-Identifier: ISC */
#include "listener/placeholder.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include "libc/real.h"
#include "process/fdtab.h"
#include "process/own_fds.h"
#include "process/self.h"
#include "protocol/handoff.h"
#include "protocol/message.h"
#include "reach.h"
#include "tap.h"

enum { THREADS = 4, LOOKED_AT = 2048 };

static struct page page;
struct self self = {.page = &page, .fds = {{.control = -1}}};
struct real real;

static pthread_barrier_t all_listen;
static _Atomic int failed_closes;

/* No thread has its placeholder before all are at it. */
static int listen_together(int fd, int backlog)
{
    int r = listen(fd, backlog);

    pthread_barrier_wait(&all_listen);
    return r;
}

static int close_open(int fd)
{
    int r = close(fd);

    if (r < 0)
        failed_closes++;
    return r;
}

static int plain_fcntl(int fd, int cmd, void *arg)
{
    return fcntl(fd, cmd, arg);
}

static int open_files(void)
{
    int n = 0;

    for (int fd = 0; fd < LOOKED_AT; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

pid_t self_pid(void)
{
    return getpid();
}

static void *prepare(void *result)
{
    *(int *)result = placeholder_prepare(AF_INET, SOCK_STREAM);
    return NULL;
}

static void test_together(void)
{
    pthread_t threads[THREADS];
    int results[THREADS], before = open_files();

    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, prepare, &results[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        is_int(results[i], 0, "thread %d has a placeholder", i);
    }
    is_int(open_files() - before, 1, "it is the same for all");
    is_int(fdtab_count(1 << FD_OWN), 1, "the server does not see it");
    is_int(failed_closes, 0, "nothing was closed twice");
    ok(placeholder_fd(AF_INET, SOCK_STREAM) >= handoff_floor(), "the placeholder is parked");
}

static void test_move(void)
{
    int fd = placeholder_fd(AF_INET, SOCK_STREAM), before = open_files();

    own_fds_move(fd);
    ok(placeholder_fd(AF_INET, SOCK_STREAM) != fd, "it makes room for the server");
    ok(fcntl(fd, F_GETFD) < 0, "its number is free");
    is_int(open_files(), before, "and it is still there");
}

/* As a signalfd that a sleeping accept() has, and another thread puts a file on its number. */
static void test_raised(void)
{
    int fd = own_fds_raise(dup(STDIN_FILENO));

    is_int(fdtab_kind(fd), FD_OWN, "one that is had for a call is ours");
    own_fds_move(fd);
    is_int(fdtab_kind(fd), FD_NONE, "until the server takes its number");
    close(fd);
}

static void test_unix(void)
{
    struct message m;
    int pair[2], sent, fd;

    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
    self.fds.control = pair[0];
    is_int(placeholder_prepare(AF_UNIX, SOCK_STREAM), 0, "a UNIX placeholder");
    is_int(message_receive(pair[1], &m, &sent, 0), 1, "goes to the supervisor");
    ok(m.type == MESSAGE_PLACEHOLDER && !listens(sent), "which lets it listen");
    fd = placeholder_fd(AF_UNIX, SOCK_STREAM);
    ok(fd >= 0 && listens(fd),
       "and listens when it is needed, also if that one had no time for it");
    is_int(placeholder_accept(fd), -1, "nobody has come");
    is_int(errno, EAGAIN, "as the kernel says");
    ok(finds(fd, SOCK_STREAM), "somebody finds the name that the kernel gave it");
    is_int(placeholder_accept(fd), -1, "and is not served");
    is_int(errno, EAGAIN, "the server sees nothing of it");
    close(sent);
    close(pair[0]);
    close(pair[1]);
    self.fds.control = -1;
    is_int(placeholder_prepare(AF_UNIX, SOCK_SEQPACKET), 0,
           "without a supervisor there is one, too");
    ok(listens(placeholder_fd(AF_UNIX, SOCK_SEQPACKET)), "that listens");
}

static void test_dead(int type)
{
    int fd = placeholder_dead(AF_UNIX, type);

    ok(fd >= 0 && listens(fd), "one to be shut down listens");
    ok(!finds(fd, type), "and refuses everybody before it is");
    close(fd);
}

int main(void)
{
    real.socket = socket;
    real.setsockopt = setsockopt;
    real.bind = bind;
    real.listen = listen_together;
    real.close = close_open;
    real.fcntl = plain_fcntl;
    real.poll = poll;
    real.accept4 = accept4;
    real.shutdown = shutdown;
    pthread_barrier_init(&all_listen, NULL, THREADS);
    test_together();
    test_move();
    test_raised();
    real.listen = listen;
    test_unix();
    test_dead(SOCK_STREAM);
    test_dead(SOCK_SEQPACKET);
    return done();
}
