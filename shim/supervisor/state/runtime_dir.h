/* SPDX-License-Identifier: ISC */
/*
 * The directory of the sockets by which `grace` finds the supervisors of a user. It is that user's
 * alone: what is put there nobody else can reach, or put there for us.
 */
#ifndef GRACE_SUPERVISOR_STATE_RUNTIME_DIR_H
#define GRACE_SUPERVISOR_STATE_RUNTIME_DIR_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

/* Where it is, made if need be. False with errno, which is 0 where others could write to it. */
bool runtime_dir_make(char *dir, size_t size);

/* Has a supervisor that is dead left its socket there?  Then a server may run without one. */
bool runtime_dir_has_dead(void);

/* Removes what that one has left, if it is dead. */
void runtime_dir_remove(pid_t pid);

#endif
