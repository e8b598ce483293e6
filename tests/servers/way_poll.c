/* SPDX-License-Identifier: ISC */
#include "way.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

struct set {
    struct pollfd fds[WATCHED_MAX];
    nfds_t used;
};

static void *set_open(void)
{
    struct set *set = calloc(1, sizeof(*set));
    if (set == NULL)
        err(1, NULL);
    return set;
}

static void watch(void *arg, int fd, bool listener)
{
    struct set *set = arg;
    (void)listener;
    if (set->used == WATCHED_MAX)
        errx(1, "too many connections");
    set->fds[set->used++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void forget(void *arg, int fd)
{
    struct set *set = arg;
    for (nfds_t i = 0; i < set->used; i++) {
        if (set->fds[i].fd == fd) {
            set->fds[i] = set->fds[--set->used];
            return;
        }
    }
}

static int collect(const struct set *set, int result, int ready[], int max)
{
    int n = 0;
    if (result == -1 && errno != EINTR)
        err(1, "poll");
    for (nfds_t i = 0; result > 0 && i < set->used && n < max; i++)
        if (set->fds[i].revents != 0)
            ready[n++] = set->fds[i].fd;
    return n;
}

static int wait_poll(void *arg, int ready[], int max)
{
    struct set *set = arg;
    return collect(set, poll(set->fds, set->used, -1), ready, max);
}

static int wait_ppoll(void *arg, int ready[], int max)
{
    struct set *set = arg;
    return collect(set, ppoll(set->fds, set->used, NULL, NULL), ready, max);
}

#define POLL_WAY .open = set_open, .watch = watch, .forget = forget

const struct way way_poll = {.name = "poll", POLL_WAY, .wait = wait_poll};
const struct way way_ppoll = {.name = "ppoll", POLL_WAY, .wait = wait_ppoll};
const struct way way_poll_accept = {
    .name = "poll-accept", POLL_WAY, .wait = wait_poll, .blocking_listener = true};
const struct way way_ppoll_accept = {
    .name = "ppoll-accept", POLL_WAY, .wait = wait_ppoll, .blocking_listener = true};
