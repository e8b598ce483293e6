/* SPDX-License-Identifier: ISC */
/*
 * In which epoll each descriptor of this process is registered, and for what, as /proc shows it.
 * Nothing is recorded while the server serves: whoever wants to know reads it all at once.
 *
 * Async-signal-safe.  What other threads register meanwhile may be missing.
 */
#ifndef GRACE_PROCESS_REGISTRATIONS_H
#define GRACE_PROCESS_REGISTRATIONS_H

#include <sys/epoll.h>
#include <stdbool.h>

struct registration_found {
    int epfd; /* -1: in none */
    struct epoll_event event;
};

/* Reads it, for numbers below n. False: there is no /proc here, or no memory. */
bool registrations_read(int n);
void registrations_forget(void);

/* Of fd, as it was then. False: it is in several. */
bool registrations_find(int fd, struct registration_found *found);

#endif
