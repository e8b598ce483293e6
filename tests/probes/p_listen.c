/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static int listening(int fd)
{
    int value = -1;
    socklen_t len = sizeof value;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len) < 0 ? -1 : value;
}

static void errors(void)
{
    int udp = socket(AF_INET, SOCK_DGRAM, 0), local = socket(AF_UNIX, SOCK_STREAM, 0);
    int listener = tcp_listener(0), client, fd = connection(listener, &client);

    TRY(listen(-1, 5));
    TRY(listen(77, 5));
    TRY(listen(STDIN_FILENO, 5));
    TRY(listen(udp, 5));
    TRY(listen(local, 5));
    TRY(listen(fd, 5));
    show_fds();
    for (int i = 3; i < 8; i++)
        close(i);
}

/* nginx and java call it twice; a number below 0 is as good as any. */
static void twice(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    TRY(listening(fd));
    TRY(listen(fd, 5)); /* never bound: a port of the kernel's choice */
    TRY(listening(fd));
    TRY(listen(fd, 500));
    TRY(listen(fd, -1));
    TRY(listen(fd, 0));
    TRY(listen(fd, 5));
    show_flags(fd);
    show_served("listened again", fd);
    close(fd);
}

static void in_use(void)
{
    int first = socket(AF_INET, SOCK_STREAM, 0), second = socket(AF_INET, SOCK_STREAM, 0), one = 1;

    setsockopt(first, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    TRY(bind_loopback(first, 0));
    TRY(bind_loopback(second, port_of(first)));
    TRY(listen(first, 5));
    TRY(listen(second, 5));
    close(first);
    close(second);
}

static int inherited = -1;

static int child(void)
{
    return TRY(listen(inherited, 9)) == 0 ? 3 : 4;
}

static void by_a_child(void)
{
    inherited = socket(AF_INET, SOCK_STREAM, 0);
    TRY(bind_loopback(inherited, 0));
    in_child("listen in a child", child);
    TRY(listening(inherited));
    show_served("in the parent", inherited);
    close(inherited);
}

PROBE(listen)
{
    errors();
    twice();
    in_use();
    by_a_child();
    inherited = unix_listener("packets", SOCK_SEQPACKET);
    show_served("packets", inherited);
    show_fds();
}
