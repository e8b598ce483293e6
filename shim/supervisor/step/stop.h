/* SPDX-License-Identifier: ISC */
/*
 * Stopping the server for good: it gets the signal and GRACE_STOP_TIMEOUT for its own graceful
 * stop; a second signal or the deadline means SIGKILL.  With drain, its connections are finished
 * first.
 */
#ifndef GRACE_SUPERVISOR_STEP_STOP_H
#define GRACE_SUPERVISOR_STEP_STOP_H

#include <stdint.h>

void stop_begin(int sig);
void stop_drain(void);
void stop_step(int64_t now);

/* The main process of the serving generation has ended. */
void stop_ended(int status);

#endif
