/* SPDX-License-Identifier: ISC */
#include "reading.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "actors.h"
#include "data_ways.h"
#include "probe.h"
#include "sockets.h"

static reading_call *take;

static void one(const char *what, int fd, size_t n, int flags)
{
    char text[16] = "";

    TRY_AS(what, take(fd, text, n, flags));
    say("'%.*s'", (int)sizeof text, text);
}

static void put(const struct way *way, const char *text)
{
    if (write(way->to, text, strlen(text)) != (ssize_t)strlen(text))
        say("not written: %s", error_name(errno));
}

static void put_and_wait(const struct way *way, const char *text)
{
    long there = way_there(way->from) + (long)strlen(text);

    put(way, text);
    way_await(way->from, there);
}

static void errors(void)
{
    int fresh = socket(AF_INET, SOCK_STREAM, 0), listener = tcp_listener(0);
    int unix_socket = socket(AF_UNIX, SOCK_STREAM, 0), event = eventfd(7, 0);
    int write_only = open("file", O_CREAT | O_WRONLY, 0600), directory = open(".", O_RDONLY);
    char text[8];

    one("-1", -1, 8, 0);
    one("not open", 77, 8, 0);
    one("far off", 1 << 20, 8, 0);
    TRY_AS("-1 and nothing", take(-1, NULL, 0, 0));
    one("at end", STDIN_FILENO, 8, 0);
    one("write only", write_only, 8, 0);
    one("directory", directory, 8, 0);
    one("not connected", fresh, 8, 0);
    one("not connected", unix_socket, 8, 0);
    one("listener", listener, 8, 0);
    one("event, short", event, 4, 0);
    TRY_AS("event", take(event, text, 8, 0));
    close(fresh);
    close(unix_socket);
    close(listener);
    close(event);
    close(write_only);
    close(directory);
}

static void file(void)
{
    int fd = open("file", O_RDWR | O_TRUNC);

    if (write(fd, "abcdef", 6) != 6)
        say("not written");
    lseek(fd, 1, SEEK_SET);
    one("of a file", fd, 3, 0);
    one("its rest", fd, 8, 0);
    one("its end", fd, 8, 0);
    close(fd);
}

/* Nothing is taken where it can't be stored. */
static void lengths(const struct way *way)
{
    put_and_wait(way, "abcdef");
    one("part", way->from, 3, 0);
    one("zero", way->from, 0, 0);
    TRY_AS("zero, no room", take(way->from, NULL, 0, 0));
    TRY_AS("no room", take(way->from, NULL, 8, 0));
    TRY_AS("more than there is", take(way->from, NULL, SIZE_MAX, 0));
    one("rest", way->from, 8, 0);
    fcntl(way->from, F_SETFL, O_NONBLOCK);
    one("non-blocking", way->from, 8, 0);
    fcntl(way->from, F_SETFL, 0);
}

static void *put_later(void *way)
{
    poll(NULL, 0, 10);
    put(way, "def");
    return NULL;
}

static void flags(struct way *way)
{
    pthread_t thread;

    one("don't wait", way->from, 8, MSG_DONTWAIT);
    put_and_wait(way, "abc");
    one("peek", way->from, 2, MSG_PEEK);
    one("peek", way->from, 8, MSG_PEEK | MSG_DONTWAIT);
    one("no such flag", way->from, 1, 0x400000);
    one("error queue", way->from, 8, MSG_ERRQUEUE | MSG_PEEK | MSG_DONTWAIT);
    one("out of band", way->from, 8, MSG_OOB);
    pthread_create(&thread, NULL, put_later, way);
    one("all", way->from, 5, MSG_WAITALL);
    show_join("at the other end", thread);
    put_and_wait(way, "gh");
    one("cut", way->from, 3, MSG_TRUNC);
    one("what is left", way->from, 8, MSG_DONTWAIT);
}

static void datagrams(void)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0)
        return;
    for (int i = 0; i < 3; i++)
        send(ends[1], "question", 8, 0);
    one("datagram", ends[0], 3, 0);
    one("datagram, its length", ends[0], 3, MSG_TRUNC);
    one("datagram", ends[0], 16, 0);
    send(ends[1], "", 0, 0);
    one("empty datagram", ends[0], 8, 0);
    close(ends[0]);
    close(ends[1]);
}

static void limited(const struct way *way)
{
    struct timeval limit = {.tv_usec = 20000}, none = {0};

    if (setsockopt(way->from, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0)
        return;
    one("not in time", way->from, 8, 0);
    setsockopt(way->from, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none);
}

static long read_some(const struct way *way)
{
    char text[8];

    return take(way->from, text, sizeof text, 0);
}

static void relieve(const struct way *way)
{
    put(way, "relief");
}

static void asleep(const struct way *way, unsigned kind)
{
    limited(way);
    interrupted_probe(read_some, relieve, way);
    cancelled_probe(read_some, relieve, way, kind);
    way_empty(way);
}

static void end(const struct way *way)
{
    put_and_wait(way, "last");
    close(way->to);
    one("last", way->from, 8, 0);
    one("end", way->from, 8, 0);
    one("end", way->from, 8, 0);
    close(way->from);
}

/* Closed with something unread, or by force. */
static void reset(void)
{
    struct linger now = {.l_onoff = 1};
    struct way way = way_open(WAY_TCP), pair = way_open(WAY_PAIR);

    setsockopt(way.to, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(way.to);
    one("reset", way.from, 8, 0);
    one("after it", way.from, 8, 0);
    close(way.from);
    if (write(pair.from, "unread", 6) == 6)
        close(pair.to);
    one("reset pair", pair.from, 8, 0);
    one("after it", pair.from, 8, 0);
    close(pair.from);
}

static void half_closed(void)
{
    struct way way = way_open(WAY_TCP);

    TRY(shutdown(way.from, SHUT_RD));
    one("shut here", way.from, 8, 0);
    way_close(&way);
}

/* What a server of HTTP reads: in pieces, several at once, with a body. */
static void requests(void)
{
    struct way way = way_open(WAY_TCP);
    char text[256];

    put_and_wait(&way, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    one("a piece", way.from, 10, 0);
    TRY_AS("the rest", take(way.from, text, sizeof text, 0));
    put_and_wait(&way, "GET /a HTTP/1.1\r\n\r\nPUT /b HTTP/1.1\r\nContent-Length: 5\r\n\r\nab");
    TRY_AS("two", take(way.from, text, sizeof text, 0));
    put_and_wait(&way, "cde");
    one("the rest", way.from, 16, 0);
    way_close(&way);
}

static void through(int i, unsigned kind)
{
    struct way way = way_open(i);

    say("%s", way.name);
    lengths(&way);
    if (kind & DATA_HAS_FLAGS)
        flags(&way);
    if (i == WAY_PIPE || i == WAY_TCP)
        asleep(&way, kind);
    end(&way);
}

void reading_probe(reading_call *call, unsigned kind)
{
    take = call;
    errors();
    if (!(kind & DATA_HAS_FLAGS))
        file();
    for (int i = kind & DATA_HAS_FLAGS ? WAY_PAIR : WAY_PIPE; i < WAYS; i++)
        through(i, kind);
    requests();
    datagrams();
    reset();
    half_closed();
    show_fds();
}
