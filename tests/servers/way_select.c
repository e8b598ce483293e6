/* SPDX-License-Identifier: ISC */
#include "way.h"

#include <sys/select.h>

#include <err.h>
#include <errno.h>
#include <stdlib.h>

struct set {
    fd_set fds;
    int max;
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
    if (fd >= FD_SETSIZE)
        errx(1, "too many connections");
    FD_SET(fd, &set->fds);
    if (fd > set->max)
        set->max = fd;
}

static void forget(void *arg, int fd)
{
    struct set *set = arg;
    FD_CLR(fd, &set->fds);
}

static int collect(const struct set *set, const fd_set *in, int result, int ready[], int max)
{
    int n = 0;
    if (result == -1 && errno != EINTR)
        err(1, "select");
    for (int fd = 0; result > 0 && fd <= set->max && n < max; fd++)
        if (FD_ISSET(fd, in))
            ready[n++] = fd;
    return n;
}

static int wait_select(void *arg, int ready[], int max)
{
    struct set *set = arg;
    fd_set in = set->fds;
    int result = select(set->max + 1, &in, NULL, NULL, NULL);
    return collect(set, &in, result, ready, max);
}

static int wait_pselect(void *arg, int ready[], int max)
{
    struct set *set = arg;
    fd_set in = set->fds;
    int result = pselect(set->max + 1, &in, NULL, NULL, NULL, NULL);
    return collect(set, &in, result, ready, max);
}

#define SELECT_WAY .open = set_open, .watch = watch, .forget = forget

const struct way way_select = {.name = "select", SELECT_WAY, .wait = wait_select};
const struct way way_pselect = {.name = "pselect", SELECT_WAY, .wait = wait_pselect};
const struct way way_select_accept = {
    .name = "select-accept", SELECT_WAY, .wait = wait_select, .blocking_listener = true};
const struct way way_pselect_accept = {
    .name = "pselect-accept", SELECT_WAY, .wait = wait_pselect, .blocking_listener = true};
