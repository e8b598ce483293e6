/* SPDX-License-Identifier: ISC */
/*
 * The processes of the generations that served when this one was started. Copied by the
 * constructor, before a process that has given up root can have changed the page: from then on it
 * could make root's processes believe of any process that it is dead, or name it in a pid file.
 */
#ifndef GRACE_PROCESS_PREDECESSORS_H
#define GRACE_PROCESS_PREDECESSORS_H

#include <sys/types.h>
#include <stdbool.h>

void predecessors_take(void);

bool predecessors_has(pid_t pid);

/* "Is the process in my pid file alive?": apache, squid, dovecot then refuse to start, hypnotoad
 * sends its signal there.  The generation that still serves is none of the new one's business.
 * True: pid is one of it, and errno says that there is no such process. */
bool predecessors_hide(pid_t pid);

/* The new one was told that this process is none of a server. Keeps errno. */
void predecessors_looked(pid_t pid);

#endif
