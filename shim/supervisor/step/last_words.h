/* SPDX-License-Identifier: ISC */
/*
 * What a generation that fails has written to standard error, where that can be had: standard error
 * is the user's own, with no pipe of ours in between, but a file can be read.  Older generations
 * write there, too, and so may we.
 */
#ifndef GRACE_SUPERVISOR_STEP_LAST_WORDS_H
#define GRACE_SUPERVISOR_STEP_LAST_WORDS_H

#include "supervisor/generation/generation.h"

/* g is about to start: what is written from here on may be its. */
void last_words_begin(struct generation *g);

/* The last lines since then, some KiB at most, each after USER_SOCKET_SAID, and a USER_SOCKET_HINT
 * where they stand, or where else to look. NULL: there is nothing to say, or no memory; else
 * free() it. */
char *last_words(const struct generation *g);

#endif
