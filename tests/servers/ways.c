/* SPDX-License-Identifier: ISC */
#include "way.h"

#include <stddef.h>
#include <string.h>

/* Blocking accept() needs no set at all: worker.c does it. */
static const struct way way_accept = {.name = "accept", .blocking_listener = true};

static const struct way *const ways[] = {
    &way_epoll_lt,
    &way_epoll_et,
    &way_epoll_oneshot,
    &way_epoll_exclusive,
    &way_epoll_shared,
    &way_epoll_polled,
    &way_poll,
    &way_ppoll,
    &way_select,
    &way_pselect,
    &way_accept,
    &way_select_accept,
    &way_pselect_accept,
    &way_poll_accept,
    &way_ppoll_accept,
    &way_epoll_lt_accept,
    &way_epoll_oneshot_accept,
    &way_epoll_pwait_accept,
    &way_epoll_pwait2_accept,
    NULL,
};

const struct way *way_find(const char *name)
{
    unsigned i = 0;
    while (ways[i] != NULL && strcmp(ways[i]->name, name) != 0)
        i++;
    return ways[i];
}
