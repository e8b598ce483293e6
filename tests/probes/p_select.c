/* SPDX-License-Identifier: ISC */
#include <sys/resource.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"
#include "waiting.h"

static int call(int fd, int ms, const sigset_t *mask)
{
    struct timeval timeout = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    fd_set readable;
    int r;

    (void)mask;
    FD_ZERO(&readable);
    FD_SET(fd, &readable);
    r = select(fd + 1, &readable, NULL, NULL, ms < 0 ? NULL : &timeout);
    if (r >= 0 && FD_ISSET(fd, &readable) != (r > 0))
        say("the set is wrong");
    return r;
}

/* Linux leaves the time that was not needed. */
static void time_left(int listener)
{
    struct timeval timeout = {.tv_sec = 60};
    fd_set set;
    int client;

    FD_ZERO(&set);
    FD_SET(listener, &set);
    client = client_of(listener);
    TRY(select(listener + 1, &set, NULL, NULL, &timeout));
    say("left: %d", timeout.tv_sec > 50 && timeout.tv_sec < 60);
    close(accept(listener, NULL, NULL));
    close(client);
    timeout = (struct timeval){.tv_usec = 20000};
    TRY(select(listener + 1, &set, NULL, NULL, &timeout));
    say("left: %ld %ld", (long)timeout.tv_sec, (long)timeout.tv_usec);
    timeout = (struct timeval){.tv_sec = 60};
    FD_SET(listener, &set);
    alarms_start(0);
    TRY(select(listener + 1, &set, NULL, NULL, &timeout));
    alarms_stop();
    say("left: %d, set %d", timeout.tv_sec > 50 && timeout.tv_sec < 60,
        FD_ISSET(listener, &set) != 0);
}

static void errors(int listener)
{
    struct timeval now = {0}, wrong = {.tv_usec = -1};
    fd_set *set = &(fd_set){0};

    TRY(select(-1, set, NULL, NULL, &now));
    TRY(select(0, NULL, NULL, NULL, &wrong));
    TRY(select(0, NULL, NULL, NULL, &now));
    FD_SET(listener, set);
    TRY(select(0x7fffffff, NULL, NULL, NULL, &now));
    close(dup2(listener, 77)); /* the kernel looks no further than the table of files has grown */
    FD_SET(77, set);
    TRY(select(78, set, NULL, NULL, &now));
    say("still set: %d %d", FD_ISSET(77, set) != 0, FD_ISSET(listener, set) != 0);
    TRY(select(listener + 1, NULL, set, set, &now));
}

/* As old servers do, with a set that is smaller: the kernel looks at what can be open only. */
static void table_size(int listener)
{
    struct timeval now = {0};
    fd_set set;

    FD_ZERO(&set);
    FD_SET(listener, &set);
    TRY(select(0x7fffffff, &set, NULL, NULL, &now));
}

/* As servers with many descriptors do: a set beyond FD_SETSIZE, which is no fd_set. */
static void large_set(int listener)
{
    enum { NUMBER = 1500 };
    struct rlimit limit;
    unsigned char bits[512] = {0};
    struct timeval now = {0};

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < 2048 ? limit.rlim_max : 2048;
    setrlimit(RLIMIT_NOFILE, &limit);
    TRY(dup2(listener, NUMBER));
    int client = client_of(listener);
    bits[NUMBER / 8] = 1 << NUMBER % 8;
    TRY(select(NUMBER + 1, (fd_set *)bits, NULL, NULL, &now));
    say("set: %d", bits[NUMBER / 8]);
    close(accept(NUMBER, NULL, NULL));
    close(client);
    close(NUMBER);
}

PROBE(select)
{
    int listener = tcp_listener(0);

    errors(listener);
    table_size(listener);
    time_left(listener);
    large_set(listener);
    close(listener);
    waiting_probe(call, WAIT_CANCELS);
}
