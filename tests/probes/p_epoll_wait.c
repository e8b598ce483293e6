/* SPDX-License-Identifier: ISC */
#include "probe.h"
#include "waiting.h"

static int call(int epfd, struct epoll_event *events, int max, int ms, const sigset_t *mask)
{
    (void)mask;
    return epoll_wait(epfd, events, max, ms);
}

PROBE(epoll_wait)
{
    waiting_epoll_probe(call, WAIT_CANCELS);
}
