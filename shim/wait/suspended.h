/* SPDX-License-Identifier: ISC */
/*
 * The sleep of a call that the server believes to block, where nothing arrives: on a suspended
 * listener until it is resumed, on a placeholder until the number is something else.
 */
#ifndef GRACE_WAIT_SUSPENDED_H
#define GRACE_WAIT_SUSPENDED_H

/* As its SO_RCVTIMEO has it. 0: fd may have changed, try again; -1: errno is the answer. */
int suspended_wait(int fd);

#endif
