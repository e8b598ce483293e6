/* SPDX-License-Identifier: ISC */
/* From what the user calls a server to the conversation with its supervisor. */
#ifndef TARGET_H
#define TARGET_H

#include <stdint.h>

#include "dialogue.h"

/* `target` is the pid of a supervisor or of any process of its server, or a name. Ends the
 * program with a reason and EXIT_NO_TARGET, EXIT_BAD_USAGE if a name is ambiguous, or `unanswered`
 * if the supervisor takes no connection before the deadline. */
struct dialogue *target_connect(const char *target, int64_t deadline, int unanswered);

/* The same for a target whose supervisor is known: nothing else is taken for it. */
struct dialogue *target_supervisor(pid_t pid, const char *target, int64_t deadline, int unanswered);

#endif
