/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <linux/close_range.h>
#include <fcntl.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static void errors(void)
{
    TRY(close_range(5, 4, 0));
    TRY(close_range(3, 4, 0x100));
    TRY(close_range(3, ~0u, -1));
    TRY(close_range(500, 600, 0));
    TRY(close_range(~0u, ~0u, 0));
    TRY(close_range(3000000, 4000000, 0));
}

static void sockets(void)
{
    int listener = tcp_listener(0), client, fd = connection(listener, &client), kept;

    kept = fcntl(client, F_DUPFD, 100);
    TRY(close_range((unsigned)fd, (unsigned)fd, 0));
    show_end("client", kept);
    show_fds();
    show_served("still", listener);
    TRY(close_range(3, 99, 0));
    show_fds();
    TRY(accept(listener, NULL, NULL));
    close(kept);
}

static void marked(void)
{
    int listener = tcp_listener(0), client, fd = connection(listener, &client);

    TRY(close_range(3, ~0u, CLOSE_RANGE_CLOEXEC));
    show_fds();
    show_served("marked", listener);
    TRY(fcntl(listener, F_SETFD, 0));
    TRY(close_range((unsigned)listener, 99, CLOSE_RANGE_UNSHARE));
    show_fds();
    (void)fd;
}

/* sshd and varnish close all that they do not know. */
static void everything(void)
{
    tcp_listener(0);
    tcp_listener(SOCK_CLOEXEC);
    TRY(close_range(3, ~0u, 0));
    show_fds();
    show_served("a new listener", tcp_listener(0));
    TRY(close_range(3, 0x7fffffff, CLOSE_RANGE_UNSHARE));
    show_fds();
}

static int also_standard(void)
{
    int r = close_range(0, ~0u, 0), n = 0;

    for (int fd = 0; fd < OWN_FROM; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return r == 0 ? n : 100;
}

PROBE(close_range)
{
    errors();
    sockets();
    marked();
    everything();
    in_child("from 0 on", also_standard);
    show_fds();
}
