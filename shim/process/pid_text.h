/* SPDX-License-Identifier: ISC */
/*
 * A pid file, and nothing else: a number, with white space around it. Postfix pads its own to 32
 * characters; PostgreSQL's postmaster.pid has more lines, and stands for data. Async-signal-safe.
 */
#ifndef GRACE_PROCESS_PID_TEXT_H
#define GRACE_PROCESS_PID_TEXT_H

#include <sys/types.h>
#include <stdbool.h>

enum { PID_TEXT_SIZE = 64 }; /* a file of so many bytes is none */

struct pid_text {
    pid_t pid; /* 0: it says something else, or nothing */
    bool empty, padded;
};

/* What the open file says; of one that can't be read it says something else. The descriptor may be
 * for writing only. errno is left as anything. */
struct pid_text pid_text_read(int fd);

/* Writes the number in place of what is there, and keeps what follows the one that it finds. In
 * place, so that nobody finds the file without one. The descriptor may be for reading only. */
bool pid_text_write(int fd, pid_t pid);

#endif
