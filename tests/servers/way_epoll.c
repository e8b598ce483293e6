/* SPDX-License-Identifier: ISC */
#include "way.h"

#include <sys/epoll.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>

static void *epoll_open(void)
{
    int epfd = epoll_create1(EPOLL_CLOEXEC);
    if (epfd == -1)
        err(1, "epoll_create1");
    return (void *)(intptr_t)epfd;
}

static void control(void *set, int op, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl((int)(intptr_t)set, op, fd, &event) == -1)
        err(1, "epoll_ctl %d fd %d", op, fd);
}

static void watch_lt(void *set, int fd, bool listener)
{
    (void)listener;
    control(set, EPOLL_CTL_ADD, fd, EPOLLIN);
}

static void watch_et(void *set, int fd, bool listener)
{
    (void)listener;
    control(set, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET);
}

static void watch_oneshot(void *set, int fd, bool listener)
{
    control(set, EPOLL_CTL_ADD, fd, listener ? EPOLLIN | EPOLLONESHOT : EPOLLIN);
}

static void watch_exclusive(void *set, int fd, bool listener)
{
    control(set, EPOLL_CTL_ADD, fd, listener ? EPOLLIN | EPOLLEXCLUSIVE : EPOLLIN);
}

static void rearm_oneshot(void *set, int listener)
{
    control(set, EPOLL_CTL_MOD, listener, EPOLLIN | EPOLLONESHOT);
}

static void forget(void *set, int fd)
{
    control(set, EPOLL_CTL_DEL, fd, 0);
}

enum call { WAIT, PWAIT, PWAIT2 };

static int call(enum call how, int epfd, struct epoll_event *events, int max, int timeout)
{
    const struct timespec limit = {.tv_sec = 0};

    switch (how) {
    case PWAIT:
        return epoll_pwait(epfd, events, max, timeout, NULL);
    case PWAIT2:
        return epoll_pwait2(epfd, events, max, timeout < 0 ? NULL : &limit, NULL);
    default:
        return epoll_wait(epfd, events, max, timeout);
    }
}

static int wait_for(enum call how, void *set, int ready[], int max, int timeout)
{
    struct epoll_event events[64];
    int n = call(how, (int)(intptr_t)set, events, max < 64 ? max : 64, timeout);

    if (n == -1 && errno != EINTR)
        err(1, "epoll_wait");
    for (int i = 0; i < n; i++)
        ready[i] = events[i].data.fd;
    return n;
}

static int wait_events(void *set, int ready[], int max)
{
    return wait_for(WAIT, set, ready, max, -1);
}

static int wait_pwait(void *set, int ready[], int max)
{
    return wait_for(PWAIT, set, ready, max, -1);
}

static int wait_pwait2(void *set, int ready[], int max)
{
    return wait_for(PWAIT2, set, ready, max, -1);
}

/* As EventMachine does: the set itself is polled, and only then asked. */
static int wait_polled(void *set, int ready[], int max)
{
    struct pollfd p = {.fd = (int)(intptr_t)set, .events = POLLIN};

    return poll(&p, 1, -1) == -1 ? -1 : wait_for(WAIT, set, ready, max, 0);
}

#define EPOLL_WAY .open = epoll_open, .forget = forget, .wait = wait_events

const struct way way_epoll_lt = {.name = "epoll-lt", EPOLL_WAY, .watch = watch_lt};
const struct way way_epoll_et = {.name = "epoll-et", EPOLL_WAY, .watch = watch_et};
const struct way way_epoll_oneshot = {
    .name = "epoll-oneshot", EPOLL_WAY, .watch = watch_oneshot, .rearm = rearm_oneshot};
const struct way way_epoll_exclusive = {
    .name = "epoll-exclusive", EPOLL_WAY, .watch = watch_exclusive};
const struct way way_epoll_shared = {
    .name = "epoll-shared", EPOLL_WAY, .watch = watch_lt, .shared = true};
const struct way way_epoll_polled = {.name = "epoll-polled",
                                     .open = epoll_open,
                                     .forget = forget,
                                     .wait = wait_polled,
                                     .watch = watch_lt};

#define BLOCKING_WAY .open = epoll_open, .forget = forget, .blocking_listener = true

const struct way way_epoll_lt_accept = {
    .name = "epoll-lt-accept", BLOCKING_WAY, .wait = wait_events, .watch = watch_lt};
const struct way way_epoll_oneshot_accept = {.name = "epoll-oneshot-accept",
                                             BLOCKING_WAY,
                                             .wait = wait_events,
                                             .watch = watch_oneshot,
                                             .rearm = rearm_oneshot};
const struct way way_epoll_pwait_accept = {
    .name = "epoll-pwait-accept", BLOCKING_WAY, .wait = wait_pwait, .watch = watch_exclusive};
const struct way way_epoll_pwait2_accept = {
    .name = "epoll-pwait2-accept", BLOCKING_WAY, .wait = wait_pwait2, .watch = watch_lt};
