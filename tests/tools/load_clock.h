/* SPDX-License-Identifier: ISC */
/*
 * Time, and time without what the machine itself lost: a thread that only sleeps is late when
 * nobody was run, and what it lost was lost for servers, too. Every function locks.
 */
#ifndef LOAD_CLOCK_H
#define LOAD_CLOCK_H

/* Starts that thread. */
void clock_start(void);

/* Seconds on the monotonic clock. */
double clock_now(void);

/* Seconds on a clock that stands still while the machine does. */
double clock_running(void);

#endif
