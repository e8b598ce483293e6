/* SPDX-License-Identifier: ISC */
#include "wait/suspended.h"

#include <errno.h>

#include "listener/change.h"
#include "listener/suspend.h"
#include "wait/blocking.h"
#include "wait/waits.h"

static bool is_silent(int fd)
{
    return suspend_applies(fd) || fdtab_kind(fd) == FD_PLACEHOLDER;
}

/* A sleep without limit is restarted by the kernel, or ended as the call would be. */
static bool goes_on(struct wait *w, const struct timespec *left)
{
    return left && (waits_again(w, -1) || (w->endless && blocking_goes_on()));
}

/* By the sandbox of a server that has no threads. */
static bool is_refused(int error)
{
    return error != EAGAIN && error != EINTR && error != ETIMEDOUT;
}

int suspended_wait(int fd)
{
    const struct timespec *left;
    struct wait w;
    long r;

    waits_begin_receiving(&w, fd);
    for (;;) {
        uint32_t seen = change_count();

        if (!is_silent(fd))
            return 0;
        left = waits_left(&w);
        r = change_wait(seen, left);
        if (r < 0 && errno == ETIMEDOUT && !waits_again(&w, 0)) {
            errno = EAGAIN;
            return -1;
        }
        if (r < 0 && errno == EINTR && !goes_on(&w, left))
            return -1;
        if (r < 0 && is_refused(errno))
            return blocking_wait(fd, &w);
    }
}
