/* SPDX-License-Identifier: ISC */
#include <time.h>
#include <unistd.h>

#include "probe.h"
#include "waiting.h"

static int call(int epfd, struct epoll_event *events, int max, int ms, const sigset_t *mask)
{
    struct timespec timeout = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

    return epoll_pwait2(epfd, events, max, ms < 0 ? NULL : &timeout, mask);
}

PROBE(epoll_pwait2)
{
    struct timespec wrong = {.tv_nsec = 1000000000}, negative = {.tv_sec = -1};
    struct epoll_event got;
    int epfd = epoll_create1(0);

    TRY(epoll_pwait2(epfd, &got, 1, &wrong, NULL));
    TRY(epoll_pwait2(epfd, &got, 1, &negative, NULL));
    close(epfd);
    waiting_epoll_probe(call, WAIT_TAKES_MASK | WAIT_CANCELS);
}
