/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/time.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "probe.h"
#include "sockets.h"

static int value_of(int fd, int level, int name)
{
    int value = -1;
    socklen_t len = sizeof value;

    return getsockopt(fd, level, name, &value, &len) < 0 ? -1 : value;
}

static void errors(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

    TRY(setsockopt(-1, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
    TRY(setsockopt(77, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
    TRY(setsockopt(STDIN_FILENO, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
    TRY(setsockopt(fd, SOL_SOCKET, 9999, &one, sizeof one));
    TRY(setsockopt(fd, 9999, 1, &one, sizeof one));
    TRY(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, 1));
    TRY(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, NULL, sizeof one));
    TRY(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, NULL, 0));
    TRY(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, NULL, 0));
    TRY(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "no such", 7));
    close(fd);
}

static void set_all(int fd, int value)
{
    struct timeval limit = {.tv_sec = value};

    TRY(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, sizeof value));
    TRY(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &value, sizeof value));
    TRY(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, sizeof value));
    TRY(setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &value, sizeof value));
    TRY(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
}

static void show_all(const char *when, int fd)
{
    struct timeval limit = {0};
    socklen_t len = sizeof limit;

    getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, &len);
    say("%s: %d %d %d %d %d", when, value_of(fd, SOL_SOCKET, SO_REUSEADDR),
        value_of(fd, SOL_SOCKET, SO_KEEPALIVE), value_of(fd, IPPROTO_TCP, TCP_NODELAY),
        value_of(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT), (int)limit.tv_sec);
}

PROBE(setsockopt)
{
    int fd, client, accepted, one = 1;

    errors();
    fd = socket(AF_INET, SOCK_STREAM, 0);
    show_all("fresh", fd);
    set_all(fd, 1);
    show_all("set", fd);
    TRY(bind_loopback(fd, 0));
    show_all("bound", fd);
    TRY(listen(fd, 5));
    show_all("listening", fd);
    set_all(fd, 0);
    show_all("set again", fd);
    accepted = connection(fd, &client);
    TRY(setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one));
    show_all("connection", accepted);
    show_fds();
}
