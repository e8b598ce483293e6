/* SPDX-License-Identifier: ISC */
/*
 * Pid files that the server removes: as it leaves, when its successor has written another into it,
 * or as it fails to start, when its predecessor has to go on.  One that is out of the way meanwhile
 * (GRACE_PIDFILE) is the supervisor's: supervisor/step/pid_file.h.
 */
#ifndef GRACE_LISTENER_PID_FILE_H
#define GRACE_LISTENER_PID_FILE_H

#include <sys/types.h>
#include <stdbool.h>
#include <stdint.h>

/* Does the process live? Is it one of this generation? */
bool pid_file_lives(pid_t pid);
bool pid_file_is_own(pid_t pid);

/* Has a living process of another generation written it? */
bool pid_file_is_others(const char *path);
bool pid_file_open_is_others(int fd);

/* This generation was told that the process in its pid file is dead, wrote its own there, and now
 * cleans up, while the one before may have to go on: that one is named again. True: it is, and the
 * file stays. */
bool pid_file_gives_back(const char *path);

/* The server gets a pid file (claims_file()) that names a process which still has it. */
void pid_file_taken(uint64_t file, pid_t said);

#endif
