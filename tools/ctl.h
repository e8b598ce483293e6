/* SPDX-License-Identifier: ISC */
/* Conversations with supervisors. Each one listens on <pid>.sock in the runtime directory, takes
 * one line as a request and answers with lines until it closes. Nothing here waits longer than
 * its deadline, whatever state the other side is in. */
#ifndef CTL_H
#define CTL_H

#include <sys/types.h>

#include <stdint.h>

struct ctl;

/* NULL with errno: ENOENT (no supervisor of that pid, or only what a dead one left behind),
 * ETIMEDOUT (it takes no connection), or why the socket can't be used. */
struct ctl *ctl_connect(pid_t pid, int64_t deadline);

void ctl_close(struct ctl *ctl);

pid_t ctl_pid(const struct ctl *ctl);

/* Sends `request` and the newline; 0, or -1 with errno. */
int ctl_send(struct ctl *ctl, const char *request);

/* The next line without its newline, valid until the next call. 1; 0 at the end; -1 with errno:
 * ETIMEDOUT, EMSGSIZE for a line that never ends, or what recv() says. */
int ctl_line(struct ctl *ctl, char **line, int64_t deadline);

#endif
