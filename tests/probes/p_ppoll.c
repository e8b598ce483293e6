/* SPDX-License-Identifier: ISC */
#include <time.h>

#include "probe.h"
#include "waiting.h"

static int call(struct pollfd *fds, nfds_t n, int ms, const sigset_t *mask)
{
    struct timespec timeout = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    int r = ppoll(fds, n, ms < 0 ? NULL : &timeout, mask);

    if (ms >= 0 && (timeout.tv_sec != ms / 1000 || timeout.tv_nsec != ms % 1000 * 1000000L))
        say("the timeout was changed");
    return r;
}

PROBE(ppoll)
{
    struct timespec wrong = {.tv_nsec = 1000000000}, negative = {.tv_sec = -1};

    TRY(ppoll(NULL, 0, &wrong, NULL));
    TRY(ppoll(NULL, 0, &negative, NULL));
    waiting_poll_probe(call, WAIT_TAKES_MASK | WAIT_CANCELS);
}
