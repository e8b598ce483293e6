/* SPDX-License-Identifier: ISC */
/* The last lines of the log, in memory: whoever asks for them need not know where the log goes. */
#ifndef GRACE_SUPERVISOR_STATE_LOG_TAIL_H
#define GRACE_SUPERVISOR_STATE_LOG_TAIL_H

#include <stddef.h>

/* Keeps a line with the time of day, and says it as an event. */
void log_tail_add(const char *text);

/* The last `lines` of them, or as many as there are; each ends with a newline. Valid until the next
 * one comes. */
const char *log_tail(unsigned long lines);

#endif
