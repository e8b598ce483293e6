/* SPDX-License-Identifier: ISC */
#include "probe.h"
#include "waiting.h"

PROBE(epoll_pwait)
{
    waiting_epoll_probe(epoll_pwait, WAIT_TAKES_MASK | WAIT_CANCELS);
}
