/* SPDX-License-Identifier: ISC */
#include "supervisor/state/accept_queue.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <netinet/in.h>
#include <fcntl.h>
#include <unistd.h>

#include "supervisor/state/listener.h"
#include "tap.h"

static struct listener tcp = {.socket = {.family = AF_INET, .type = SOCK_STREAM}};
static struct listener local = {.socket = {.family = AF_UNIX, .type = SOCK_STREAM}};

static int tcp_socket(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

/* The next one, or -1. */
static int take(void)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    char byte;
    struct iovec iov = {&byte, 1};
    struct msghdr hdr = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    int fd = -1;

    if (recvmsg(accept_queue_end(&tcp), &hdr, MSG_DONTWAIT) == 1)
        memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
    return fd;
}

static void test_which(void)
{
    ok(accept_queue_end(&tcp) >= 0, "a TCP listener has one");
    is_int(accept_queue_end(&tcp), accept_queue_end(&tcp), "one");
    is_int(accept_queue_end(&local), -1, "one of UNIX has none");
    ok(accept_queue_flush(&tcp) && accept_queue_flush(&local), "nobody is in it");
}

static void test_options(void)
{
    struct timeval limit = {7, 0};
    socklen_t len = sizeof limit;
    int fd = tcp_socket();

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    ok(accept_queue_put(&tcp, fd), "a connection goes there");
    ok(!accept_queue_flush(&tcp), "and is there");
    fd = take();
    ok(fd >= 0 && accept_queue_flush(&tcp), "until it is taken");
    getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, &len);
    is_int(limit.tv_sec, 0, "a limit that was set on it is gone");
    is_int(fcntl(fd, F_GETFL) & O_NONBLOCK, 0, "and O_NONBLOCK");
    close(fd);
}

/* Nobody takes any: what the socket has no room for waits here, so many at most. */
static void test_full(void)
{
    unsigned put = 0, taken = 0;
    int fd;

    while (!accept_queue_is_full() && put < 100000)
        put += accept_queue_put(&tcp, tcp_socket());
    ok(accept_queue_is_full(), "it is full");
    while ((fd = take()) >= 0) {
        close(fd);
        taken++;
        accept_queue_flush(&tcp);
    }
    is_int(taken, put, "all that was put there is taken");
    ok(!accept_queue_is_full() && accept_queue_flush(&tcp), "and it is empty");
}

static void test_close(void)
{
    int n = 0, fd;

    while (!accept_queue_is_full())
        accept_queue_put(&tcp, tcp_socket());
    accept_queue_close(&tcp);
    ok(!accept_queue_is_full() && accept_queue_flush(&tcp), "closed, nothing is kept");
    fd = tcp_socket();
    ok(!accept_queue_put(&tcp, fd), "and nothing goes there");
    is_int(fcntl(fd, F_GETFD), -1, "it is closed");
    ok(accept_queue_end(&tcp) >= 0, "another one can be made");
    while ((fd = take()) >= 0)
        n++;
    is_int(n, 0, "and is empty");
}

int main(void)
{
    tcp.socket.fd = tcp_socket();
    local.socket.fd = socket(AF_UNIX, SOCK_STREAM, 0);
    test_which();
    test_options();
    test_full();
    test_close();
    return done();
}
