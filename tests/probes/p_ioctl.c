/* SPDX-License-Identifier: ISC */
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "probe.h"
#include "sockets.h"

static void requests(int fd)
{
    int on = 1, off = 0, waiting = -1;
    struct termios terminal;

    TRY(ioctl(fd, FIONBIO, &on));
    show_flags(fd);
    TRY(ioctl(fd, FIOCLEX));
    show_flags(fd);
    TRY(fcntl(fd, F_SETFL, 0));
    show_flags(fd);
    TRY(ioctl(fd, FIONBIO, &on));
    TRY(ioctl(fd, FIONBIO, &off));
    show_flags(fd);
    TRY(ioctl(fd, FIONCLEX));
    TRY(ioctl(fd, FIONREAD, &waiting));
    say("waiting %d", waiting);
    TRY(ioctl(fd, TCGETS, &terminal));
    TRY(ioctl(fd, FIONBIO, NULL));
    TRY(ioctl(fd, 0xffffffff, NULL));
    show_flags(fd);
}

PROBE(ioctl)
{
    int on = 1, listener, client, pipes[2];

    TRY(ioctl(-1, FIONBIO, &on));
    TRY(ioctl(77, FIONBIO, &on));
    if (pipe(pipes) == 0)
        requests(pipes[0]);
    requests(listener = tcp_listener(0));
    show_served("still", listener);
    requests(connection(listener, &client));
    TRY(ioctl(listener, FIONBIO, &on));
    TRY(accept(listener, NULL, NULL));
    show_fds();
}
