/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"
#include "sockets.h"

static int stream(int family)
{
    return socket(family, SOCK_STREAM, 0);
}

static void errors(void)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = 0x010200c0};
    struct sockaddr *addr = (struct sockaddr *)&in;
    int fd = stream(AF_INET), pipes[2];

    TRY(bind(-1, addr, sizeof in));
    TRY(bind(77, addr, sizeof in));
    if (pipe(pipes) == 0)
        TRY(bind(pipes[0], addr, sizeof in));
    TRY(bind(fd, addr, sizeof in)); /* 192.0.2.1 is nobody's */
    TRY(bind(fd, addr, 1));
    TRY(bind(fd, addr, 8));
    TRY(bind(fd, addr, (socklen_t)-1));
    TRY(bind(fd, NULL, sizeof in));
    in.sin_family = AF_UNIX;
    TRY(bind(fd, addr, sizeof in));
    in.sin_family = 99;
    TRY(bind(fd, addr, sizeof in));
    TRY(bind_loopback(fd, 0));
    TRY(bind_loopback(fd, 0));
    close(pipes[0]);
    close(pipes[1]);
    close(fd);
}

/* A port that nobody has, and that the kernel does not give to others meanwhile. */
static int free_port(void)
{
    int fd = stream(AF_INET), port;

    bind_loopback(fd, 0);
    port = port_of(fd);
    close(fd);
    return port;
}

static int listener_of(int port)
{
    int fd = stream(AF_INET);

    TRY(bind_loopback(fd, port));
    TRY(listen(fd, 5));
    return fd;
}

/* Its own address again: while it is in use, and when it is free. */
static void again(void)
{
    int port = free_port(), first = listener_of(port), copy = dup(first);
    int second = stream(AF_INET);

    TRY(bind_loopback(second, port));
    close(first);
    TRY(bind_loopback(second, port));
    close(copy);
    TRY(bind_loopback(second, port));
    TRY(port_of(second) - port);
    TRY(listen(second, 5));
    show_served("rebound", second);
    show_fds();
    close(second);
}

/* What is set before bind holds after it, and the number keeps its flags. */
static void options(void)
{
    int port = free_port(), one = 1, got = 0;
    socklen_t len = sizeof got;
    int fd;

    close(listener_of(port));
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    TRY(bind_loopback(fd, port));
    show_flags(fd);
    TRY(listen(fd, 5));
    show_flags(fd);
    getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &got, &len);
    say("SO_REUSEADDR %d", got);
    getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &got, &len);
    say("SO_KEEPALIVE %d", got);
    TRY(accept(fd, NULL, NULL));
    close(fd);
}

static void group(void)
{
    int one = 1, first = stream(AF_INET), second = stream(AF_INET);

    setsockopt(first, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    setsockopt(second, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    TRY(bind_loopback(first, 0));
    TRY(bind_loopback(second, port_of(first)));
    TRY(listen(first, 5));
    TRY(listen(second, 5));
    close(second);
    close(first);
}

static void version_six(void)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    int fd = stream(AF_INET6), four = stream(AF_INET), one = 1;

    TRY(bind(fd, (struct sockaddr *)&any, sizeof any));
    TRY(listen(fd, 5));
    TRY(bind_loopback(four, port_of(fd)));
    TRY(listen(four, 5));
    close(fd);
    close(four);
    fd = stream(AF_INET6);
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    any.sin6_addr = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
    TRY(bind(fd, (struct sockaddr *)&any, sizeof any));
    TRY(listen(fd, 5));
    show_served("IPv6", fd);
    close(fd);
}

static void paths(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0probe of bind"};
    socklen_t len = offsetof(struct sockaddr_un, sun_path) + 14;
    int fd = stream(AF_UNIX), other = stream(AF_UNIX);

    TRY(bind_unix(fd, "a"));
    TRY(listen(fd, 5));
    TRY(bind_unix(other, "a"));
    TRY(unlink("a"));
    TRY(bind_unix(other, "a"));
    TRY(listen(other, 5));
    show_served("the newer one", other);
    close(fd);
    close(other);
    fd = stream(AF_UNIX);
    TRY(bind_unix(fd, "a")); /* served no more, but still there */
    TRY(unlink("a"));
    TRY(bind_unix(fd, "missing/a"));
    TRY(bind(fd, (struct sockaddr *)&name, sizeof name + 1));
    TRY(bind(fd, (struct sockaddr *)&name, len));
    other = stream(AF_UNIX);
    TRY(bind(other, (struct sockaddr *)&name, len));
    TRY(bind(other, (struct sockaddr *)&name, sizeof(sa_family_t)));
    close(fd);
    close(other);
}

static void datagrams(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0), other = socket(AF_INET, SOCK_DGRAM, 0);

    TRY(bind_loopback(fd, 0));
    TRY(bind_loopback(other, port_of(fd)));
    close(fd);
    close(other);
}

PROBE(bind)
{
    errors();
    again();
    options();
    group();
    version_six();
    paths();
    datagrams();
    show_fds();
}
