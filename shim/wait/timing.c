/* SPDX-License-Identifier: ISC */
#include "wait/timing.h"

#include <errno.h>
#include <limits.h>

#include "listener/suspend.h"
#include "process/taken.h"
#include "process/timeouts.h"

static const long NANO = 1000000000L;
enum { LOOK_MS = 200 };

_Thread_local volatile unsigned timing_interruptions;

/* Servers wait LONG_MAX seconds, too; what is no time gives none, whatever it is. */
static inline void advance(struct timespec *t, const struct timespec *by)
{
    unsigned long nsec = (unsigned long)t->tv_nsec + (unsigned long)by->tv_nsec;
    time_t sec = t->tv_sec;

    if (nsec >= (unsigned long)NANO) {
        nsec -= (unsigned long)NANO;
        sec++;
    }
    if (__builtin_add_overflow(sec, by->tv_sec, &sec))
        sec = LONG_MAX;
    *t = (struct timespec){.tv_sec = sec, .tv_nsec = (long)nsec};
}

void timing_begin(struct timing *t, const struct timespec *timeout)
{
    t->seen = timing_interruptions;
    t->endless = timeout == NULL;
    t->looks = taken_any() || suspend_requested();
    t->short_now = t->goes_on = false;
    if (t->endless)
        return;
    t->left = *timeout;
    clock_gettime(CLOCK_MONOTONIC, &t->end);
    advance(&t->end, timeout);
}

UNGUARDED void timing_begin_ms(struct timing *t, int timeout_ms)
{
    struct timespec timeout = {.tv_sec = timeout_ms / 1000,
                               .tv_nsec = timeout_ms % 1000 * 1000000L};

    timing_begin(t, timeout_ms < 0 ? NULL : &timeout);
}

void timing_begin_receiving(struct timing *t, int fd)
{
    struct timespec limit;

    timing_begin(t, timeouts_get(fd, &limit) ? &limit : NULL);
}

static UNGUARDED void shorten(struct timing *t)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    t->left.tv_sec = t->end.tv_sec - now.tv_sec;
    t->left.tv_nsec = t->end.tv_nsec - now.tv_nsec;
    if (t->left.tv_nsec < 0) {
        t->left.tv_nsec += NANO;
        t->left.tv_sec--;
    }
    if (t->left.tv_sec < 0)
        t->left = (struct timespec){0};
}

static bool is_over(struct timing *t)
{
    if (t->endless)
        return false;
    shorten(t);
    return t->left.tv_sec == 0 && t->left.tv_nsec == 0;
}

void timing_hurry(struct timing *t)
{
    t->short_now = true;
}

void timing_go_on(struct timing *t)
{
    t->goes_on = true;
}

/* What is kept for another thread may become this one's (process/taken.h). */
static bool looks_again(void)
{
    return taken_any() || (suspend_requested() && suspend_look());
}

bool timing_again(struct timing *t, int result)
{
    unsigned seen = timing_interruptions;
    bool goes_on = t->looks || t->short_now || t->goes_on;

    t->short_now = t->goes_on = false;
    if (result == 0 && goes_on && !is_over(t)) {
        t->looks = looks_again();
        return true;
    }
    if (result >= 0 || errno != EINTR || seen == t->seen)
        return false;
    t->seen = seen;
    if (!t->endless)
        shorten(t);
    return true;
}

static int left_ms(const struct timing *t)
{
    return t->endless ? -1 : (int)(t->left.tv_sec * 1000 + (t->left.tv_nsec + 999999) / 1000000);
}

/* The kernel says EINVAL of what is none, and is to see it as it is. */
static bool is_time(const struct timespec *t)
{
    return t->tv_sec >= 0 && t->tv_nsec >= 0 && t->tv_nsec < NANO;
}

static bool is_long(const struct timing *t)
{
    return t->endless || (is_time(&t->left) && (t->left.tv_sec > 0 || left_ms(t) > LOOK_MS));
}

const struct timespec *timing_left(struct timing *t)
{
    if (t->short_now) {
        t->slice = (struct timespec){0};
        return &t->slice;
    }
    if (!t->looks || !is_long(t))
        return t->endless ? NULL : &t->left;
    t->slice = (struct timespec){.tv_nsec = LOOK_MS * 1000000L};
    return &t->slice;
}

int timing_left_ms(struct timing *t)
{
    if (t->short_now)
        return 0;
    return t->looks && is_long(t) ? LOOK_MS : left_ms(t);
}

void timing_left_timeval(struct timing *t, struct timeval *left)
{
    shorten(t);
    *left = (struct timeval){.tv_sec = t->left.tv_sec, .tv_usec = t->left.tv_nsec / 1000};
}
