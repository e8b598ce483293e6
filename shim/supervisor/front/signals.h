/* SPDX-License-Identifier: ISC */
/* The supervisor's signals, all read through one signalfd. */
#ifndef GRACE_SUPERVISOR_FRONT_SIGNALS_H
#define GRACE_SUPERVISOR_FRONT_SIGNALS_H

/* Blocks everything that can be, takes back what nohup ignores. From here on no write can end us.
 */
void signals_block(void);

/* The signalfd, or -1. */
int signals_open(void);

/* Reads and acts on what is there. */
void signals_read(int fd);

#endif
