/* SPDX-License-Identifier: ISC */
#include "writing.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors.h"
#include "data_ways.h"
#include "probe.h"
#include "sockets.h"

enum { PAGE = 4096, BIG = 1 << 18 };

static writing_call *put;

/* n, and what there is then. */
static void arrived(int fd, long n)
{
    char text[16] = "";

    way_await(fd, n);
    if (way_there(fd) > 0)
        n = read(fd, text, sizeof text);
    say("arrived: %ld '%.*s'", n, (int)sizeof text, text);
}

static void errors(void)
{
    int fresh = socket(AF_INET, SOCK_STREAM, 0), listener = tcp_listener(0);
    int unix_socket = socket(AF_UNIX, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0);
    int read_only = open("/dev/null", O_RDONLY);

    TRY_AS("-1", put(-1, "abc", 3, 0));
    TRY_AS("not open", put(77, "abc", 3, 0));
    TRY_AS("far off", put(1 << 20, "abc", 3, 0));
    TRY_AS("-1 and nothing", put(-1, NULL, 0, 0));
    TRY_AS("read only", put(read_only, "abc", 3, 0));
    TRY_AS("not connected", put(fresh, "abc", 3, 0));
    pipe_signal_show();
    TRY_AS("not connected", put(unix_socket, "abc", 3, 0));
    TRY_AS("no address", put(udp, "abc", 3, 0));
    TRY_AS("listener", put(listener, "abc", 3, 0));
    pipe_signal_show();
    close(fresh);
    close(unix_socket);
    close(udp);
    close(listener);
    close(read_only);
}

static void file(void)
{
    int fd = open("file", O_CREAT | O_RDWR | O_TRUNC | O_APPEND, 0600),
        full = open("/dev/full", O_WRONLY);

    TRY_AS("to a file", put(fd, "abc", 3, 0));
    TRY_AS("its end", put(fd, "def", 3, 0));
    lseek(fd, 0, SEEK_SET);
    arrived(fd, 6);
    TRY_AS("no space", put(full, "abc", 3, 0));
    close(full);
    close(fd);
}

/* What a file may not grow by is a short write, then an error with a signal. Nothing is said here:
 * that may go to a file, too. */
static int beyond_limit(void)
{
    const struct rlimit limit = {5, 5};
    int fd = open("limited", O_CREAT | O_RDWR, 0600);
    ssize_t some, none;

    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, note_signal);
    noted = 0;
    some = put(fd, "abcdefgh", 8, 0);
    none = put(fd, "abc", 3, 0);
    return some == 5 && none == -1 && errno == EFBIG && noted == 1 ? 0 : 1;
}

static void lengths(const struct way *way)
{
    TRY_AS("some", put(way->to, "abc", 3, 0));
    TRY_AS("zero", put(way->to, "abc", 0, 0));
    TRY_AS("zero of nothing", put(way->to, NULL, 0, 0));
    TRY_AS("nothing there", put(way->to, NULL, 8, 0));
    TRY_AS("more than there is", put(way->to, NULL, SIZE_MAX, 0));
    arrived(way->from, 3);
}

static void flags(const struct way *way)
{
    long n = TRY_AS("more", put(way->to, "abc", 3, MSG_MORE));

    n += TRY_AS("no more", put(way->to, "def", 3, 0));
    arrived(way->from, n);
    arrived(way->from, TRY_AS("end of record", put(way->to, "abc", 3, MSG_EOR)));
    arrived(way->from, TRY_AS("no such flag", put(way->to, "abc", 3, 0x400000)));
    arrived(way->from, TRY_AS("no gateway", put(way->to, "abc", 3, MSG_DONTROUTE)));
    TRY_AS("out of band", put(way->to, "!", 1, MSG_OOB));
    way_empty(way);
}

static void on_full(const struct way *way, unsigned kind)
{
    struct timeval limit = {.tv_usec = 20000}, none = {0};

    way_fill(way);
    fcntl(way->to, F_SETFL, O_NONBLOCK);
    TRY_AS("full, non-blocking", put(way->to, "abc", 3, 0));
    fcntl(way->to, F_SETFL, 0);
    if (kind & DATA_HAS_FLAGS)
        TRY_AS("full, don't wait", put(way->to, "abc", 3, MSG_DONTWAIT));
    if (setsockopt(way->to, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0)
        return;
    TRY_AS("not in time", put(way->to, "abc", 3, 0));
    setsockopt(way->to, SOL_SOCKET, SO_SNDTIMEO, &none, sizeof none);
}

static long write_some(const struct way *way)
{
    return put(way->to, "abc", 3, 0);
}

static void relieve(const struct way *way)
{
    way_empty(way);
}

static void blocked(const struct way *way, unsigned kind)
{
    way_fill(way);
    interrupted_probe(write_some, relieve, way);
    way_fill(way);
    cancelled_probe(write_some, relieve, way, kind);
    way_empty(way);
}

/* As much as there was room for. */
static void cut_short(void)
{
    static const char much[3 * PAGE];
    struct way way = way_open_back(WAY_PIPE);

    fcntl(way.to, F_SETPIPE_SZ, PAGE);
    fcntl(way.to, F_SETFL, O_NONBLOCK);
    TRY_AS("more than there is room for", put(way.to, much, sizeof much, 0));
    fcntl(way.to, F_SETFL, 0);
    way_empty(&way);
    alarms_start(0);
    TRY_AS("interrupted on its way", put(way.to, much, sizeof much, 0));
    alarms_stop();
    say("arrived: %ld", way_empty(&way));
    way_close(&way);
}

static void *take_all(void *data)
{
    const struct way *way = data;
    char page[PAGE];
    long all = 0, n;

    while (all < BIG && (n = read(way->from, page, sizeof page)) > 0)
        all += n;
    say("arrived: %ld", all);
    return NULL;
}

static void much(struct way *way)
{
    char *data = calloc(1, BIG);
    pthread_t thread;
    long sent;

    pthread_create(&thread, NULL, take_all, way);
    sent = put(way->to, data, BIG, 0);
    show_join("at the other end", thread);
    say("much: %ld", sent);
    free(data);
}

static void ended(const struct way *way, unsigned kind)
{
    close(way->from);
    pipe_signal_note();
    TRY_AS("ended", put(way->to, "abc", 3, 0));
    pipe_signal_show();
    way_await_end(way->to);
    TRY_AS("ended", put(way->to, "abc", 3, 0));
    pipe_signal_show();
    if (kind & DATA_HAS_FLAGS)
        TRY_AS("ended, no signal", put(way->to, "abc", 3, MSG_NOSIGNAL));
    signal(SIGPIPE, SIG_IGN);
    TRY_AS("ended, ignored", put(way->to, "abc", 3, 0));
    pipe_signal_note();
    close(way->to);
}

static void shut(void)
{
    struct way way = way_open_back(WAY_TCP);

    TRY(shutdown(way.to, SHUT_WR));
    TRY_AS("shut here", put(way.to, "abc", 3, 0));
    pipe_signal_show();
    way_close(&way);
}

static int killed(void)
{
    struct way way = way_open_back(WAY_PAIR);

    signal(SIGPIPE, SIG_DFL);
    close(way.from);
    put(way.to, "abc", 3, 0);
    return 0;
}

static void datagrams(void)
{
    int ends[2], few = 4096;
    char *data = calloc(1, BIG);

    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) < 0)
        return;
    setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &few, sizeof few);
    arrived(ends[1], TRY_AS("datagram", put(ends[0], "abc", 3, 0)));
    arrived(ends[1], TRY_AS("empty datagram", put(ends[0], "", 0, 0)));
    TRY_AS("too long", put(ends[0], data, BIG, 0));
    close(ends[1]);
    TRY_AS("nobody there", put(ends[0], "abc", 3, 0));
    pipe_signal_show();
    close(ends[0]);
    free(data);
}

/* What a server of HTTP writes: a request has come. */
static void answers(void)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    struct way way = way_open_back(WAY_TCP);
    char text[256];

    for (int i = 0; i < 2; i++) {
        if (write(way.from, request, sizeof request - 1) < 0)
            say("not asked");
        TRY_AS("asked", read(way.to, text, sizeof text));
        TRY_AS("a piece", put(way.to, head, 10, 0));
        TRY_AS("the head", put(way.to, head + 10, sizeof head - 11, 0));
        TRY_AS("a body", put(way.to, "abcde", 5, 0));
        way_await(way.from, sizeof head - 1 + 5);
        say("arrived: %ld", way_empty(&way));
    }
    way_close(&way);
}

static void through(int i, unsigned kind)
{
    struct way way = way_open_back(i);

    say("%s", way.name);
    lengths(&way);
    if (kind & DATA_HAS_FLAGS)
        flags(&way);
    if (i == WAY_PIPE || i == WAY_LOCAL) {
        on_full(&way, kind);
        blocked(&way, kind);
    }
    much(&way);
    ended(&way, kind);
}

void writing_probe(writing_call *call, unsigned kind)
{
    put = call;
    pipe_signal_note();
    errors();
    if (!(kind & DATA_HAS_FLAGS)) {
        file();
        in_child("beyond the limit", beyond_limit);
        cut_short();
    }
    for (int i = kind & DATA_HAS_FLAGS ? WAY_PAIR : WAY_PIPE; i < WAYS; i++)
        through(i, kind);
    answers();
    datagrams();
    shut();
    in_child("SIGPIPE", killed);
    show_fds();
}
