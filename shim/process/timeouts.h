/* SPDX-License-Identifier: ISC */
/*
 * SO_RCVTIMEO, which limits accept() and recvfrom() where the server believes them to block.  One
 * placeholder stands for many listeners, so theirs are kept by number.
 */
#ifndef GRACE_PROCESS_TIMEOUTS_H
#define GRACE_PROCESS_TIMEOUTS_H

#include <stdbool.h>
#include <time.h>

/* The limit of fd, if it has one. */
bool timeouts_get(int fd, struct timespec *limit);

/* Before a placeholder takes the place of fd: its limit stays. */
void timeouts_keep(int fd);

#endif
