/* SPDX-License-Identifier: ISC */
/*
 * One call, n times.  Whatever a row needs is made before and undone after rows_measure(), the
 * only function in which callgrind counts.
 */
#include "subject.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <netinet/in.h>
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS_MAX = 1000 };

static int fds[ROUNDS_MAX]; /* for rows that use each once */
static int event, epoll;    /* the event is always there, the epoll reports it */
static int listener;        /* in rows that accept */
static int pair[2];         /* recvfrom: a byte for each round waits in the first */

struct row {
    const char *name;
    void (*prepare)(int n);
    void (*once)(int i);
    void (*finish)(int n);
};

static void open_each(int n)
{
    for (int i = 0; i < n; i++)
        if ((fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC)) == -1)
            err(1, "open");
}

static void close_each(int n)
{
    for (int i = 0; i < n; i++)
        close(fds[i]);
}

static void open_event(int n)
{
    struct epoll_event events = {.events = EPOLLIN};

    (void)n;
    event = eventfd(1, EFD_CLOEXEC | EFD_SEMAPHORE);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (event == -1 || epoll == -1 || epoll_ctl(epoll, EPOLL_CTL_ADD, event, &events) == -1)
        err(1, "epoll");
}

static void close_event(int n)
{
    (void)n;
    close(epoll);
    close(event);
}

/* n clients wait in the listener's queue. */
static void connect_each(int n)
{
    struct sockaddr_in to;
    socklen_t len = sizeof to;

    if (getsockname(listener, (struct sockaddr *)&to, &len) == -1)
        err(1, "getsockname");
    for (int i = 0; i < n; i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fds[i] == -1 || connect(fds[i], (struct sockaddr *)&to, sizeof to) == -1)
            err(1, "connect");
    }
}

static void queue(int n)
{
    listener = subject_listener;
    connect_each(n);
}

static void queue_blocking(int n)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener == -1 || bind(listener, (struct sockaddr *)&any, sizeof any) == -1 ||
        listen(listener, ROUNDS_MAX) == -1)
        err(1, "listen");
    connect_each(n);
}

static void close_blocking(int n)
{
    close_each(n);
    close(listener);
}

static void open_pair(int n)
{
    (void)n;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
        err(1, "socketpair");
}

static void send_each(int n)
{
    open_pair(n);
    for (int i = 0; i < n; i++)
        if (write(pair[1], "", 1) == -1)
            err(1, "write");
}

static void close_pair(int n)
{
    (void)n;
    close(pair[0]);
    close(pair[1]);
}

static void nothing(int i)
{
    (void)i;
}

static void once_close(int i)
{
    close(fds[i]);
}

static void once_close_by_number(int i)
{
    syscall(SYS_close, fds[i]);
}

static void once_accept4(int i)
{
    (void)i;
    close(accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

static void once_accept(int i)
{
    (void)i;
    close(accept(listener, NULL, NULL));
}

static void once_epoll_wait(int i)
{
    struct epoll_event got[8];

    (void)i;
    epoll_wait(epoll, got, 8, 1000);
}

static void once_epoll_pwait(int i)
{
    struct epoll_event got[8];

    (void)i;
    epoll_pwait(epoll, got, 8, 1000, NULL);
}

static void once_poll(int i)
{
    struct pollfd p = {.fd = event, .events = POLLIN};

    (void)i;
    poll(&p, 1, 1000);
}

static void once_select(int i)
{
    struct timeval timeout = {.tv_sec = 1};
    fd_set readable;

    (void)i;
    FD_ZERO(&readable);
    FD_SET(event, &readable);
    select(event + 1, &readable, NULL, NULL, &timeout);
}

static void once_socket(int i)
{
    (void)i;
    close(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static void once_fcntl(int i)
{
    (void)i;
    fcntl(event, F_GETFL);
}

static void once_dup(int i)
{
    (void)i;
    close(dup(event));
}

static void once_read(int i)
{
    char byte;

    if (read(fds[i], &byte, 1) == -1)
        err(1, "read");
}

static void once_recvfrom(int i)
{
    char byte;

    (void)i;
    if (recvfrom(pair[0], &byte, 1, 0, NULL, NULL) != 1)
        err(1, "recvfrom");
}

static void once_write_read(int i)
{
    char byte = 0;

    (void)i;
    if (write(pair[0], &byte, 1) != 1 || read(pair[1], &byte, 1) != 1)
        err(1, "write, read");
}

static void once_send_recv(int i)
{
    char byte = 0;

    (void)i;
    if (send(pair[0], &byte, 1, 0) != 1 || recv(pair[1], &byte, 1, 0) != 1)
        err(1, "send, recv");
}

/* Last what sets up a blocking listener: from then on the wait calls have more to do. */
static const struct row rows[] = {
    {"empty", nothing, nothing, nothing},
    {"close", open_each, once_close, nothing},
    {"accept4+close", queue, once_accept4, close_each},
    {"epoll_wait", open_event, once_epoll_wait, close_event},
    {"epoll_pwait", open_event, once_epoll_pwait, close_event},
    {"poll", open_event, once_poll, close_event},
    {"select", open_event, once_select, close_event},
    {"socket+close", nothing, once_socket, nothing},
    {"fcntl", open_event, once_fcntl, close_event},
    {"dup+close", open_event, once_dup, close_event},
    {"syscall(close)", open_each, once_close_by_number, nothing},
    {"read", open_each, once_read, close_each},
    {"write+read", open_pair, once_write_read, close_pair},
    {"send+recv", open_pair, once_send_recv, close_pair},
    {"recvfrom", send_each, once_recvfrom, close_pair},
    {"accept+close-blocking", queue_blocking, once_accept, close_blocking},
};

enum { ROWS = sizeof rows / sizeof *rows };

/* Global, so that the compiler keeps it and callgrind finds it. */
void rows_measure(void (*once)(int), int n);
__attribute__((noinline)) void rows_measure(void (*once)(int), int n)
{
    for (int i = 0; i < n; i++)
        once(i);
}

/* What a process moves in its first 1000 calls is looked at; these rows are of later ones. */
static void leave_start_behind(void)
{
    static bool done;

    if (done)
        return;
    done = true;
    open_pair(0);
    for (int i = 0; i < 1000; i++)
        once_write_read(i);
    close_pair(0);
}

int rows_run(const char *name, int n)
{
    for (int i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].name, name) != 0 || n > ROUNDS_MAX)
            continue;
        leave_start_behind();
        rows[i].prepare(n);
        rows_measure(rows[i].once, n);
        rows[i].finish(n);
        return 0;
    }
    return -1;
}
