/* SPDX-License-Identifier: ISC */
/*
 * Asks the supervisor for what it holds of a listener, and waits for the answer, within reason.
 */
#ifndef GRACE_LISTENER_ASK_H
#define GRACE_LISTENER_ASK_H

/* The listener of this index of the page: a descriptor, or -1 where the kernel is to be asked. */
int ask_listener(int index);

/* Its second queue (process/queues.h), if there is to be one: kept there.  Keeps errno. */
void ask_queue(int index);

#endif
