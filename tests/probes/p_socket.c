/* SPDX-License-Identifier: ISC */
#include <sys/resource.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <stdio.h>
#include <unistd.h>

#include "probe.h"
#include "sockets.h"

static void kinds(void)
{
    TRY(socket(AF_INET, SOCK_STREAM, 0));
    show_flags(TRY(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP)));
    TRY(socket(AF_INET, SOCK_DGRAM, 0));
    TRY(socket(AF_UNIX, SOCK_STREAM, 0));
    TRY(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    TRY(socket(AF_UNIX, SOCK_DGRAM, 0));
    TRY(socket(AF_NETLINK, SOCK_RAW, 0));
    show_fds();
    for (int fd = 3; fd < 10; fd++)
        close(fd);
}

static void errors(void)
{
    TRY(socket(-1, SOCK_STREAM, 0));
    TRY(socket(AF_INET, 99, 0));
    TRY(socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
    TRY(socket(AF_INET, SOCK_STREAM | 0x40000000, 0));
    TRY(socket(AF_UNIX, SOCK_STREAM, 99));
}

/* No number left, with and without a listener. */
static void exhausted(void)
{
    struct rlimit limit;
    int n = 0;

    tcp_listener(0);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 20;
    setrlimit(RLIMIT_NOFILE, &limit);
    while (socket(AF_INET, SOCK_STREAM, 0) >= 0)
        n++;
    say("%d sockets, then %s", n, error_name(errno));
    TRY(socket(AF_UNIX, SOCK_STREAM, 0));
    TRY(close(7));
    TRY(socket(AF_UNIX, SOCK_STREAM, 0));
    show_fds();
}

PROBE(socket)
{
    kinds();
    errors();
    exhausted();
}
