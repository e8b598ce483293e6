/* SPDX-License-Identifier: ISC */
#include "wait/suspended.h"

#include <errno.h>

#include "listener/suspend.h"
#include "process/waiters.h"
#include "wait/blocking.h"
#include "wait/timing.h"

static bool is_silent(int fd)
{
    return suspend_applies(fd) || fdtab_kind(fd) == FD_PLACEHOLDER;
}

/* A sleep without limit is restarted by the kernel, or ended as the call would be. */
static bool goes_on(struct timing *t, const struct timespec *left)
{
    return left && (timing_again(t, -1) || (t->endless && blocking_goes_on()));
}

/* By the sandbox of a server that has no threads. */
static bool is_refused(int error)
{
    return error != EAGAIN && error != EINTR && error != ETIMEDOUT;
}

int suspended_wait(int fd)
{
    const struct timespec *left;
    struct timing t;
    long r;

    timing_begin_receiving(&t, fd);
    for (;;) {
        uint32_t seen = waiters_woken();

        if (!is_silent(fd))
            return 0;
        left = timing_left(&t);
        r = waiters_sleep(seen, left);
        if (r < 0 && errno == ETIMEDOUT && !timing_again(&t, 0)) {
            errno = EAGAIN;
            return -1;
        }
        if (r < 0 && errno == EINTR && !goes_on(&t, left))
            return -1;
        if (r < 0 && is_refused(errno))
            return blocking_wait(fd, &t);
    }
}
