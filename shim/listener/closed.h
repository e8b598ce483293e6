/* SPDX-License-Identifier: ISC */
/*
 * A listener that nobody has any more refuses its clients, and its address is free.  The supervisor
 * has a copy: it is told who has given one up, looks who is left, and closes its own.  The process
 * that has made the listener waits for that, as the kernel's close() would have done it all; others
 * (a child that closes what it has inherited) do not.
 */
#ifndef GRACE_LISTENER_CLOSED_H
#define GRACE_LISTENER_CLOSED_H

#include <stdbool.h>

/* This process has made listener `index`: by listen(), or it got it at bind(). */
void closed_will_matter(int index);

/* Some number of listener `index` was closed. Keeps errno. */
void closed_note(int index);

/* This process is about to execute another program: what closes then is gone if that works. */
void closed_by_exec(void);

/* An address is said to be in use: waits for what was closed and may still be there.  True: there
 * was something, so it is worth another try.  Keeps errno. */
bool closed_were_awaited(void);

#endif
