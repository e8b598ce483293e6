/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "accepting.h"
#include "probe.h"
#include "sockets.h"

static int without_flags(int fd, struct sockaddr *addr, socklen_t *len)
{
    return accept4(fd, addr, len, 0);
}

static void with_flags(void)
{
    int listener = tcp_listener(0), client = client_of(listener), second = client_of(listener), fd;

    TRY(accept4(listener, NULL, NULL, 1));
    TRY(accept4(-1, NULL, NULL, 1));
    fd = (int)TRY(accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
    show_flags(fd);
    close(fd);
    fd = (int)TRY(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
    show_flags(fd);
    close(fd);
    close(client);
    close(second);
    close(listener);
}

PROBE(accept4)
{
    accepting_probe(without_flags, true);
    with_flags();
    show_fds();
}
