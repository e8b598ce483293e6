/* SPDX-License-Identifier: ISC */
/*
 * To whom of a process's threads the kernel gives a signal: to the main thread, unless it blocks
 * it, or has ended; then to any that does not.  A thread that unblocks it while it is pending takes
 * it as well, and then the main thread, which may be in pause() or in Python's sleep(), never
 * wakes.
 *
 * What is pending is read from the thread's stat in proc(5), which has the signals up to 31.
 * Without it, and for those above, nothing is known.  Async-signal-safe.
 */
#ifndef GRACE_PROCESS_SIGNAL_TARGET_H
#define GRACE_PROCESS_SIGNAL_TARGET_H

#include <signal.h>
#include <stdbool.h>

/* One of the set is pending, and blocked here: is none for this thread? */
bool signal_target_is_main(const sigset_t *set);

#endif
