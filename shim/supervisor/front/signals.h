/* SPDX-License-Identifier: ISC */
/*
 * The supervisor's signals, all read through one signalfd; and the restart signals that processes
 * of the server got (entry/signal_handler), which stand in their page.
 */
#ifndef GRACE_SUPERVISOR_FRONT_SIGNALS_H
#define GRACE_SUPERVISOR_FRONT_SIGNALS_H

#include "supervisor/generation/generation.h"

/* Blocks everything that can be, takes back what nohup ignores. From here on no write can end us.
 */
void signals_block(void);

/* The signalfd, or -1. */
int signals_open(void);

/* Reads and acts on what is there. */
void signals_read(int fd);

/* Asks for the restart that processes of g were signalled for since the last time. */
void signals_of_processes(struct generation *g);

#endif
