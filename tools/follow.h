/* SPDX-License-Identifier: ISC */
/* A request that takes its time, told step by step. */
#ifndef FOLLOW_H
#define FOLLOW_H

#include <stdint.h>

#include "dialogue.h"

/* The supervisor closed the conversation without a verdict; nothing was printed about that. */
enum { FOLLOW_GONE = -1 };

/* Sends `request`, prints the steps as they come, says why if it can't end well, and returns the
 * exit code that the verdict means, or FOLLOW_GONE. `what` names the request in messages. */
int follow(struct dialogue *dialogue, const char *what, const char *request);

/* Says that the deadline has passed; returns EXIT_TIMED_OUT. */
int follow_timed_out(pid_t supervisor, const char *what);

/* Says that the supervisor doesn't answer at all; returns EXIT_TIMED_OUT. */
int follow_silent(pid_t supervisor);

#endif
