/* SPDX-License-Identifier: ISC */
/* Conversations with supervisors. Each one listens on <pid>.sock in the runtime directory, takes
 * one line as a request and answers with lines until it closes. Nothing here waits longer than
 * its deadline, whatever state the other side is in. */
#ifndef DIALOGUE_H
#define DIALOGUE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct dialogue;

/* NULL with errno: ENOENT (no supervisor of that pid, or only what a dead one left behind),
 * ETIMEDOUT (it takes no connection), or why the socket can't be used. */
struct dialogue *dialogue_connect(pid_t pid, int64_t deadline);

/* The same for one whose socket is not in the runtime directory (elsewhere.h). */
struct dialogue *dialogue_connect_elsewhere(pid_t pid, int64_t deadline);

void dialogue_close(struct dialogue *dialogue);

pid_t dialogue_pid(const struct dialogue *dialogue);

/* As whom the other side runs; the kernel says so. */
uid_t dialogue_user(const struct dialogue *dialogue);

/* Sends `request` and the newline; 0, or -1 with errno. */
int dialogue_send(struct dialogue *dialogue, const char *request);

/* From now on this is the deadline. */
void dialogue_limit(struct dialogue *dialogue, int64_t deadline);

/* Before the first line: is there something to read, at the latest at `until`? */
bool dialogue_has_answer(const struct dialogue *dialogue, int64_t until);

/* The next line without its newline, valid until the next call. NULL with errno: 0 at the end,
 * ETIMEDOUT, EMSGSIZE for a line that never ends, or what recv() says. */
char *dialogue_line(struct dialogue *dialogue);

/* One line that a supervisor doesn't answer at all, and what follows. */
void dialogue_silence(pid_t supervisor, const char *consequence, char *text, size_t size);

/* Says so; returns EXIT_TIMED_OUT. */
int dialogue_silent(pid_t supervisor, const char *consequence);

#endif
