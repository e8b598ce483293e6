/* SPDX-License-Identifier: ISC */
#include "probe.h"
#include "waiting.h"

static int call(struct pollfd *fds, nfds_t n, int ms, const sigset_t *mask)
{
    (void)mask;
    return poll(fds, n, ms);
}

PROBE(poll)
{
    waiting_poll_probe(call, WAIT_CANCELS);
}
