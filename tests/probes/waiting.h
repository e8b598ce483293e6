/* SPDX-License-Identifier: ISC */
/* What the wait calls have in common, whichever way they are told of descriptors. */
#ifndef WAITING_H
#define WAITING_H

#include <sys/epoll.h>
#include <sys/select.h>
#include <poll.h>
#include <signal.h>

enum waiting {
    WAIT_TAKES_MASK = 1,
    WAIT_CANCELS = 2, /* is a cancellation point */
};

/* Waits until fd is readable; -1 ms: for ever. The mask is NULL for calls that take none. */
typedef int wait_call(int fd, int ms, const sigset_t *mask);

/* Time limits, signals, listeners, connections, cancelled threads. */
void waiting_probe(wait_call *call, unsigned kind);

/* The errors of each family. */
void waiting_epoll_probe(int (*call)(int epfd, struct epoll_event *events, int max, int ms,
                                     const sigset_t *mask),
                         unsigned kind);
void waiting_poll_probe(int (*call)(struct pollfd *fds, nfds_t n, int ms, const sigset_t *mask),
                        unsigned kind);

#endif
