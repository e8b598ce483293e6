/* SPDX-License-Identifier: ISC */
#include "addressing.h"

#include <sys/un.h>
#include <netinet/in.h>
#include <unistd.h>

#include "data_ways.h"
#include "probe.h"
#include "sockets.h"

static addressing_call *put;

static void arrived(const char *what, int fd)
{
    char text[16] = "";
    ssize_t n = recv(fd, text, sizeof text, MSG_DONTWAIT);

    say("%s: %ld '%.*s'", what, (long)n, (int)sizeof text, text);
}

static void to_internet(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0), peer = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in6 other = {.sin6_family = AF_INET6};
    struct sockaddr_storage addr;
    socklen_t len;

    bind_loopback(peer, 0);
    len = address_of(peer, &addr);
    TRY_AS("to a socket", put(fd, "abc", 3, 0, &addr, len));
    way_await(peer, 3);
    arrived("socket", peer);
    TRY_AS("a short address", put(fd, "abc", 3, 0, &addr, 4));
    TRY_AS("a long address", put(fd, "abc", 3, 0, &addr, 4096));
    TRY_AS("of another family", put(fd, "abc", 3, 0, &other, sizeof other));
    TRY_AS("none", put(fd, "abc", 3, 0, NULL, 0));
    TRY_AS("none, but its length", put(fd, "abc", 3, 0, NULL, len));
    TRY_AS("the first page", put(fd, "abc", 3, 0, (void *)16, len));
    close(fd);
    close(peer);
}

static void to_paths(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "address"};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0), peer = socket(AF_UNIX, SOCK_DGRAM, 0);

    TRY_AS("to no path", put(fd, "abc", 3, 0, &name, sizeof name));
    bind_unix(peer, name.sun_path);
    TRY_AS("to a path", put(fd, "abc", 3, 0, &name, sizeof name));
    arrived("path", peer);
    close(peer);
    TRY_AS("to a dead path", put(fd, "abc", 3, 0, &name, sizeof name));
    unlink(name.sun_path);
    close(fd);
}

static void connected(int kind)
{
    struct way way = way_open_back(kind);
    struct sockaddr_storage addr;
    socklen_t len = address_of(way.from, &addr);

    say("%s", way.name);
    TRY_AS("connected", put(way.to, "abc", 3, MSG_NOSIGNAL, &addr, len));
    TRY_AS("a short address", put(way.to, "abc", 3, MSG_NOSIGNAL, &addr, 1));
    say("arrived: %ld", way_empty(&way));
    way_close(&way);
}

void addressing_probe(addressing_call *call)
{
    put = call;
    to_internet();
    to_paths();
    connected(WAY_PAIR);
    connected(WAY_LOCAL);
    connected(WAY_TCP);
}
