/* SPDX-License-Identifier: ISC */
/* From what the user calls a server to the conversation with its supervisor. */
#ifndef TARGET_H
#define TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "supervisors/dialogue.h"

/* Why there is no conversation: the exit code that it means, and one line that says so. */
struct target_failure {
    int code;
    bool missing; /* there is no such server: one may serve on without its supervisor */
    char text[512];
};

/* `target` is the pid of a supervisor or of any process of its server, or a name. NULL: the reason
 * is EXIT_NO_TARGET, EXIT_BAD_USAGE if a name is ambiguous, or `unanswered` if the supervisor takes
 * no connection before the deadline. */
struct dialogue *target_try(const char *target, int64_t deadline, int unanswered,
                            struct target_failure *failure);

/* The same for a target whose supervisor is known: nothing else is taken for it. */
struct dialogue *target_try_supervisor(pid_t pid, const char *target, int64_t deadline,
                                       int unanswered, struct target_failure *failure);

/* The same two; a failure ends the program, and is said. */
struct dialogue *target_connect(const char *target, int64_t deadline, int unanswered);
struct dialogue *target_supervisor(pid_t pid, const char *target, int64_t deadline, int unanswered);

#endif
