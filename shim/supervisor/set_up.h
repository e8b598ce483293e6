/* SPDX-License-Identifier: ISC */
/*
 * From the environment to a server that runs: the options, what has to be there for them, the
 * supervisor itself, and generation 1, or those of a supervisor that was killed.
 */
#ifndef GRACE_SUPERVISOR_SET_UP_H
#define GRACE_SUPERVISOR_SET_UP_H

#include <stdbool.h>

/* False after one line on standard error: there is no start with these. `recovered`: the server
 * runs, so what is not as it was is a line in the log. */
bool set_up_options(bool recovered);

/* Returns where signals are read.  Whatever the supervisor can't be makes it the server itself,
 * unwrapped, with one line. */
int set_up_server(bool recovered);

#endif
