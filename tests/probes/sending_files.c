/* SPDX-License-Identifier: ISC */
#include "sending_files.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "actors.h"
#include "data_ways.h"
#include "probe.h"
#include "sockets.h"

enum { PAGE = 4096, SIZE = 3 * PAGE };

static ssize_t (*put)(int to, int from, off_t *offset, size_t n);
static int file; /* of SIZE bytes */

static void errors(void)
{
    struct way pipes = way_open_back(WAY_PIPE), way = way_open_back(WAY_PAIR);
    int directory = open(".", O_RDONLY), write_only = open("file", O_WRONLY);
    int append = open("appended", O_CREAT | O_RDWR | O_APPEND, 0600);
    int listener = tcp_listener(0), fresh = socket(AF_INET, SOCK_STREAM, 0);
    const int opened[] = {directory, write_only, append, listener, fresh};

    TRY_AS("-1", put(-1, -1, NULL, 8));
    TRY_AS("to -1", put(-1, file, NULL, 8));
    TRY_AS("from -1", put(way.to, -1, NULL, 8));
    TRY_AS("to what is not open", put(77, file, NULL, 8));
    TRY_AS("-1 and nothing", put(-1, file, NULL, 0));
    TRY_AS("from a directory", put(way.to, directory, NULL, 8));
    TRY_AS("from write only", put(way.to, write_only, NULL, 8));
    TRY_AS("to read only", put(directory, file, NULL, 8));
    TRY_AS("from a socket", put(way.to, way.from, NULL, 8));
    TRY_AS("from a pipe, at an offset", put(way.to, pipes.from, &(off_t){0}, 8));
    TRY_AS("to append", put(append, file, NULL, 8));
    TRY_AS("to a listener", put(listener, file, &(off_t){0}, 8));
    TRY_AS("not connected", put(fresh, file, &(off_t){0}, 8));
    pipe_signal_show();
    for (int i = 0; i < 5; i++)
        close(opened[i]);
    way_close(&pipes);
    way_close(&way);
    unlink("appended");
}

/* With the offset afterwards, and the place in the file. */
static void at(const char *what, const struct way *way, off_t offset, size_t n)
{
    TRY_AS(what, put(way->to, file, &offset, n));
    say("offset %ld, file at %ld", (long)offset, (long)lseek(file, 0, SEEK_CUR));
}

static void here(const char *what, const struct way *way, size_t n)
{
    TRY_AS(what, put(way->to, file, NULL, n));
    say("file at %ld", (long)lseek(file, 0, SEEK_CUR));
}

static void arrived(const struct way *way, long n)
{
    way_await(way->from, n);
    say("arrived: %ld", way_empty(way));
}

static void offsets(const struct way *way)
{
    lseek(file, 100, SEEK_SET);
    at("at an offset", way, 1000, 8);
    here("at its place", way, 8);
    at("nothing", way, 5, 0);
    here("nothing", way, 0);
    at("before the file", way, -1, 8);
    at("to its end", way, SIZE - 3, 8);
    at("at its end", way, SIZE, 8);
    at("after its end", way, 1000000, 8);
    lseek(file, SIZE - 3, SEEK_SET);
    here("more than a size", way, SIZE_MAX);
    here("to its end", way, SSIZE_MAX);
    here("at its end", way, 8);
    TRY_AS("no offset there", put(way->to, file, (off_t *)16, 8));
    arrived(way, 22);
}

static long send_some(const struct way *way)
{
    return put(way->to, file, &(off_t){0}, 8);
}

static void relieve(const struct way *way)
{
    way_empty(way);
}

static void full(const struct way *way)
{
    way_fill(way);
    fcntl(way->to, F_SETFL, O_NONBLOCK);
    TRY_AS("full, non-blocking", send_some(way));
    fcntl(way->to, F_SETFL, 0);
    interrupted_probe(send_some, relieve, way);
    way_fill(way);
    cancelled_probe(send_some, relieve, way, 0);
    way_empty(way);
}

/* As much as there was room for. */
static void cut_short(void)
{
    struct way way = way_open_back(WAY_PIPE);

    fcntl(way.to, F_SETPIPE_SZ, PAGE);
    fcntl(way.to, F_SETFL, O_NONBLOCK);
    at("more than there is room for", &way, 0, SIZE);
    fcntl(way.to, F_SETFL, 0);
    way_empty(&way);
    alarms_start(0);
    at("interrupted on its way", &way, 0, SIZE);
    alarms_stop();
    arrived(&way, 0);
    way_close(&way);
}

static void ended(const struct way *way)
{
    close(way->from);
    pipe_signal_note();
    TRY_AS("ended", send_some(way));
    pipe_signal_show();
    way_await_end(way->to);
    TRY_AS("ended", send_some(way));
    pipe_signal_show();
    signal(SIGPIPE, SIG_IGN);
    TRY_AS("ended, ignored", send_some(way));
    pipe_signal_note();
    close(way->to);
}

static int killed(void)
{
    struct way way = way_open_back(WAY_PAIR);

    signal(SIGPIPE, SIG_DFL);
    close(way.from);
    send_some(&way);
    return 0;
}

static void to_file(void)
{
    struct way copy = {"file", -1, open("copy", O_CREAT | O_RDWR, 0600)};

    at("to a file", &copy, 0, SIZE);
    say("copied: %ld", (long)lseek(copy.to, 0, SEEK_END));
    close(copy.to);
    unlink("copy");
}

static void make_file(void)
{
    char page[PAGE];

    file = open("file", O_CREAT | O_RDWR | O_TRUNC, 0600);
    memset(page, 'x', sizeof page);
    for (int i = 0; i < SIZE / PAGE; i++)
        if (write(file, page, sizeof page) != sizeof page)
            say("not written: %s", error_name(errno));
}

void sending_files_probe(ssize_t (*call)(int to, int from, off_t *offset, size_t n))
{
    put = call;
    pipe_signal_note();
    make_file();
    errors();
    for (int i = 0; i < WAYS; i++) {
        struct way way = way_open_back(i);

        say("%s", way.name);
        offsets(&way);
        if (i == WAY_PIPE || i == WAY_LOCAL)
            full(&way);
        ended(&way);
    }
    cut_short();
    to_file();
    in_child("SIGPIPE", killed);
    close(file);
    show_fds();
}
