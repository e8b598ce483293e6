/* SPDX-License-Identifier: ISC */
#include "wait/timing.h"

#include <sys/socket.h>
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "listener/suspend.h"
#include "process/taken.h"
#include "process/timeouts.h"
#include "tap.h"

_Atomic uint8_t fdtab[FDTAB_SIZE];
_Atomic unsigned taken_count;
static bool suspended;

bool suspend_requested(void)
{
    return suspended;
}

bool suspend_look(void)
{
    return suspended;
}

/* A wait of that time that only we have interrupted. */
static struct timing interrupted(time_t sec, long nsec)
{
    const struct timespec timeout = {sec, nsec};
    struct timing t;

    timing_begin(&t, &timeout);
    timing_interruptions++;
    errno = EINTR;
    ok(timing_again(&t, -1), "%ld s %ld ns go on after a signal of ours", (long)sec, nsec);
    return t;
}

/* Nothing that was found is told, or something is to be told at once. */
static void test_found(void)
{
    struct timing t;

    timing_begin_ms(&t, 60000);
    ok(!timing_again(&t, 0), "nothing found is the end of a wait");
    timing_go_on(&t);
    ok(timing_again(&t, 0) && !timing_again(&t, 0), "unless it was not told, once");
    ok(timing_left_ms(&t) > 50000, "with the time that is left");
    timing_hurry(&t);
    is_int(timing_left_ms(&t), 0, "what is kept is told at once");
    ok(timing_again(&t, 0) && timing_left_ms(&t) > 50000, "and if it has gone, the wait goes on");
    timing_begin_ms(&t, 0);
    timing_go_on(&t);
    ok(!timing_again(&t, 0), "a look is one look");
}

static void test_long(void)
{
    struct timing t = interrupted(60, 0);

    ok(timing_left(&t)->tv_sec >= 50, "with what is left");
    t = interrupted(LONG_MAX, 999999999);
    ok(timing_left(&t)->tv_sec > LONG_MAX / 2, "the longest, too");
    t = interrupted(LONG_MAX - 1, 0);
    ok(timing_left(&t)->tv_sec > LONG_MAX / 2, "and another one that the clock can't reach");
    timing_begin_ms(&t, INT_MAX);
    is_int(timing_left_ms(&t), INT_MAX, "the most milliseconds stay what they are");
}

static void test_slices(void)
{
    const struct timespec longest = {LONG_MAX, 0};
    struct timing t;

    suspended = true;
    timing_begin(&t, &longest);
    ok(timing_left(&t)->tv_sec == 0, "while it is suspended it waits in slices");
    ok(timing_again(&t, 0), "and goes on after the first one");
    suspended = false;
}

/* The kernel is to see them as they are. */
static void test_wrong(void)
{
    static const struct timespec wrong[] = {
        {-1, 0}, {LONG_MIN, 0}, {1, -1}, {1, 1000000000}, {1, LONG_MAX}, {LONG_MAX, LONG_MAX},
    };

    suspended = true;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct timing t;
        const struct timespec *left;

        timing_begin(&t, &wrong[i]);
        left = timing_left(&t);
        ok(left->tv_sec == wrong[i].tv_sec && left->tv_nsec == wrong[i].tv_nsec,
           "no time: %ld s %ld ns", (long)wrong[i].tv_sec, wrong[i].tv_nsec);
        errno = EINVAL;
        ok(!timing_again(&t, -1), "and that is the answer");
    }
    suspended = false;
}

/* The kernel keeps what it can count in ticks, and says so of the rest. */
static void test_receiving(void)
{
    static const long seconds[] = {4000000, 5000000, 4000000000, LONG_MAX / 1000 - 1};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        const struct timeval limit = {.tv_sec = seconds[i]};
        struct timespec got = {0};
        bool limited;

        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        timeouts_keep(fd);
        fdtab[fd] = FD_PLACEHOLDER;
        limited = timeouts_get(fd, &got);
        ok(limited && got.tv_sec >= 4000000, "%ld s stay long: %ld", seconds[i], (long)got.tv_sec);
        fdtab[fd] = FD_NONE;
    }
    close(fd);
}

int main(void)
{
    test_found();
    test_long();
    test_slices();
    test_wrong();
    test_receiving();
    return done();
}
