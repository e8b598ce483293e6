/* SPDX-License-Identifier: ISC */
/*
 * The sleep of a call that the server believes to block, on a socket that must not block because
 * two generations share it, or where nothing arrives: on a suspended listener until it is resumed,
 * on a placeholder until the number is something else.
 *
 * It ends as the kernel's own would: accept() and recvfrom() go on after a handler with SA_RESTART,
 * and give EINTR after one without; ppoll() always does.  With SO_RCVTIMEO they give EINTR after
 * any, and EAGAIN in time.
 */
#ifndef GRACE_WAIT_BLOCKING_H
#define GRACE_WAIT_BLOCKING_H

#include <stdbool.h>

#include "process/fdtab.h"
#include "wait/timing.h"

/* Does nothing arrive at fd? */
static inline bool blocking_is_silent(int fd)
{
    return fdtab_is(fd, 1 << FD_SUSPENDED | 1 << FD_PLACEHOLDER);
}

/* Until something arrives on fd, or may. 0: try again; -1: errno is the answer, EAGAIN when its
 * time is over. */
int blocking_wait(int fd, struct timing *t);

#endif
