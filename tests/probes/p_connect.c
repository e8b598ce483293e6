/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static int connect_to(int fd, const char *path, size_t len)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};

    strncpy(addr.sun_path, path, sizeof addr.sun_path);
    return connect(fd, (struct sockaddr *)&addr, (socklen_t)len);
}

static void errors(void)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    TRY(connect_to(-1, "a", sizeof local));
    TRY(connect_to(STDIN_FILENO, "a", sizeof local));
    TRY(connect_to(fd, "nowhere", sizeof local));
    TRY(connect_to(fd, "nowhere", 1));
    TRY(connect_to(fd, "nowhere", sizeof(sa_family_t)));
    TRY(connect_to(fd, "nowhere", sizeof local + 1));
    TRY(connect(fd, NULL, 0));
    close(fd);
}

static void local(void)
{
    int listener = unix_listener("a", SOCK_STREAM), fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int packets = socket(AF_UNIX, SOCK_SEQPACKET, 0);

    TRY(connect_to(packets, "a", sizeof(struct sockaddr_un)));
    TRY(connect_to(fd, "a", sizeof(sa_family_t) + 1)); /* without its zero byte */
    TRY(connect_to(fd, "a", sizeof(struct sockaddr_un)));
    close(fd);
    close(packets);
    close(listener); /* who connects now waits for GRACE_SETTLE: see listener-handover.bats */
}

static void network(void)
{
    int listener = tcp_listener(0), fd = client_of(listener);
    int udp = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_storage addr;
    socklen_t len = address_of(listener, &addr);

    TRY(connect(fd, (struct sockaddr *)&addr, len));
    TRY(connect(udp, (struct sockaddr *)&addr, len));
    show_flags(fd);
    close(fd);
    close(listener);
    close(udp);
}

PROBE(connect)
{
    errors();
    local();
    network();
    show_fds();
}
