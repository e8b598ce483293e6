/* SPDX-License-Identifier: ISC */
#include "probe/loop.h"

#include <sys/epoll.h>

#include <err.h>
#include <errno.h>
#include <time.h>

enum { EVENTS_MOST = 256 };

static int epoll;

void loop_begin(void)
{
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll == -1)
        err(1, "epoll_create1");
}

int loop_watch(int fd, uint32_t events, struct watch *watch)
{
    struct epoll_event event = {.events = events | EPOLLET, .data.ptr = watch};

    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

void loop_again(int fd, uint32_t events, struct watch *watch)
{
    struct epoll_event event = {.events = events | EPOLLET, .data.ptr = watch};

    epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
}

/* Before Linux 5.11, and in sandboxes that imitate it, only to the millisecond: rather too long
 * than in a circle. */
static int wait_for(struct epoll_event *events, int64_t ns)
{
    struct timespec most = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
    int n = epoll_pwait2(epoll, events, EVENTS_MOST, &most, NULL);

    if (n == -1 && errno == ENOSYS)
        n = epoll_wait(epoll, events, EVENTS_MOST, (int)((ns + 999999) / 1000000));
    if (n == -1 && errno != EINTR)
        err(1, "epoll_wait");
    return n;
}

void loop_turn(int64_t ns)
{
    struct epoll_event events[EVENTS_MOST];
    int n = wait_for(events, ns);

    for (int i = 0; i < n; i++) {
        struct watch *watch = events[i].data.ptr;
        watch->happened(watch, events[i].events);
    }
}
