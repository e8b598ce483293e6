/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <fcntl.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static void try_from(int first)
{
    errno = PROBE_ERRNO;
    closefrom(first);
    say_result("closefrom", first, errno);
    show_fds();
}

static int count_after(int first)
{
    int n = 0;

    closefrom(first);
    for (int fd = 0; fd < OWN_FROM; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static int from_zero(void)
{
    return count_after(0);
}

static int from_below_zero(void)
{
    return count_after(-5);
}

PROBE(closefrom)
{
    int listener = tcp_listener(0), client, fd = connection(listener, &client);
    int kept = dup2(client, 3 + 50);

    try_from(60);
    show_served("still", listener);
    show_end("client", kept);
    dup2(listener, 40);
    TRY(dup2(kept, 3));
    try_from(fd);
    show_end("client", 3);
    try_from(3);
    show_served("a new listener", tcp_listener(SOCK_NONBLOCK));
    tcp_listener(SOCK_CLOEXEC);
    try_from(3);
    in_child("from 0 on", from_zero);
    in_child("from -5 on", from_below_zero);
    show_fds();
}
