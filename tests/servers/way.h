/* SPDX-License-Identifier: ISC */
/* A way of waiting: how a worker learns that a listener or a connection has something for it. */
#ifndef WAY_H
#define WAY_H

#include <stdbool.h>

struct way {
    const char *name;
    void *(*open)(void);
    void (*watch)(void *set, int fd, bool listener);
    void (*forget)(void *set, int fd);
    int (*wait)(void *set, int ready[], int max); /* NULL: block in accept() itself */
    void (*rearm)(void *set, int listener);       /* after its queue was emptied; may be NULL */
    bool shared;                                  /* one set for all workers */
    bool blocking_listener;                       /* one accept() an event, and it may block */
};

enum { WATCHED_MAX = 1024 };

/* ways.c */
const struct way *way_find(const char *name);

extern const struct way way_epoll_lt, way_epoll_et, way_epoll_oneshot, way_epoll_exclusive,
    way_epoll_shared, way_epoll_polled, way_epoll_lt_accept, way_epoll_oneshot_accept,
    way_epoll_pwait_accept, way_epoll_pwait2_accept;                            /* way_epoll.c */
extern const struct way way_poll, way_ppoll, way_poll_accept, way_ppoll_accept; /* way_poll.c */
extern const struct way way_select, way_pselect, way_select_accept, way_pselect_accept;

#endif
