/* SPDX-License-Identifier: ISC */
#include "data_ways.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

enum { PAGE = 4096 };

static int connected_ends(bool local, int ends[2])
{
    int listener = local ? unix_listener("local", SOCK_STREAM) : tcp_listener(0);

    ends[0] = connection(listener, &ends[1]);
    close(listener);
    return local ? unlink("local") : 0;
}

struct way way_open(int kind)
{
    static const char *const names[WAYS] = {"pipe", "pair", "local", "TCP"};
    int ends[2], r;

    if (kind == WAY_PIPE)
        r = pipe(ends);
    else if (kind == WAY_PAIR)
        r = socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    else
        r = connected_ends(kind == WAY_LOCAL, ends);
    if (r < 0)
        say("no ends: %s", error_name(errno));
    return (struct way){names[kind], ends[0], ends[1]};
}

struct way way_open_back(int kind)
{
    struct way way = way_open(kind);

    return kind == WAY_PIPE ? way : (struct way){way.name, way.to, way.from};
}

void way_close(const struct way *way)
{
    close(way->from);
    close(way->to);
}

static int set_blocking(int fd, int blocking)
{
    int no = !blocking;

    return ioctl(fd, FIONBIO, &no);
}

/* A pipe takes a page as a whole or not at all. */
void way_fill(const struct way *way)
{
    static const char page[PAGE];

    set_blocking(way->to, 0);
    while (write(way->to, page, sizeof page) > 0)
        ;
    while (write(way->to, page, 1) > 0)
        ;
    set_blocking(way->to, 1);
}

int way_there(int fd)
{
    int n = 0;

    ioctl(fd, FIONREAD, &n);
    return n;
}

void way_await(int fd, long n)
{
    for (int ms = 0; way_there(fd) < n && ms < 5000; ms++)
        poll(NULL, 0, 1);
}

long way_empty(const struct way *way)
{
    char page[PAGE];
    long all = 0, n;

    set_blocking(way->from, 0);
    while ((n = read(way->from, page, sizeof page)) > 0)
        all += n;
    set_blocking(way->from, 1);
    return all;
}

/* TCP learns of it by the answer to what is sent there. */
void way_await_end(int fd)
{
    struct pollfd gone = {.fd = fd};

    poll(&gone, 1, 5000);
}

struct other {
    void (*relieve)(const struct way *way);
    const struct way *way;
};

static void *relieve_when_noted(void *data)
{
    const struct other *other = data;
    sigset_t alarms = set_of(SIGALRM);

    pthread_sigmask(SIG_BLOCK, &alarms, NULL);
    while (noted < 2)
        poll(NULL, 0, 1);
    other->relieve(other->way);
    return NULL;
}

void interrupted_probe(long (*again)(const struct way *way), void (*relieve)(const struct way *way),
                       const struct way *way)
{
    struct other other = {relieve, way};
    pthread_t thread;

    alarms_start(0);
    TRY_AS("interrupted", again(way));
    alarms_stop();
    noted = 0;
    alarms_start(SA_RESTART);
    pthread_create(&thread, NULL, relieve_when_noted, &other);
    TRY_AS("restarted", again(way));
    alarms_stop();
    show_join("at the other end", thread);
}

struct sleeper {
    long (*again)(const struct way *way);
    const struct way *way;
};

static void *call_once(void *data)
{
    const struct sleeper *sleeper = data;

    sleeper->again(sleeper->way);
    return NULL;
}

static void *call_when_cancelled(void *data)
{
    pthread_cancel(pthread_self());
    return call_once(data);
}

void cancelled_probe(long (*again)(const struct way *way), void (*relieve)(const struct way *way),
                     const struct way *way, unsigned kind)
{
    struct sleeper sleeper = {again, way};
    pthread_t thread = blocked_thread(call_once, &sleeper);

    TRY(pthread_cancel(thread));
    if (!(kind & DATA_CANCELS))
        relieve(way);
    show_join("asleep", thread);
    pthread_create(&thread, NULL, call_when_cancelled, &sleeper);
    if (!(kind & DATA_CANCELS))
        relieve(way);
    show_join("before", thread);
}

void pipe_signal_note(void)
{
    struct sigaction act = {.sa_handler = note_signal};

    sigaction(SIGPIPE, &act, NULL);
    noted = 0;
}

void pipe_signal_show(void)
{
    say("SIGPIPE %d", (int)noted);
    noted = 0;
}
