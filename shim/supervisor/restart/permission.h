/* SPDX-License-Identifier: ISC */
/*
 * GRACE_BEFORE_RESTART: a command that may veto a restart, by any exit status but 0.  Its last
 * words on standard error are the reason.  It has GRACE_READY_TIMEOUT, as the generation that it is
 * about.
 */
#ifndef GRACE_SUPERVISOR_RESTART_PERMISSION_H
#define GRACE_SUPERVISOR_RESTART_PERMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/state/supervisor.h"

/* Somebody wants a restart: asks. The phase that follows. */
enum phase permission_ask(const char *who);

/* Has the command answered?  Its reason, "": the restart may begin. */
bool permission_answered(int64_t now, char *reason, size_t size);

/* There is no restart, for this reason. */
enum phase permission_refused(const char *reason);

/* The command is killed where it still runs: something else has come in between, or this process is
 * about to be another one, where it is asked anew. */
void permission_end(void);

#endif
