/* SPDX-License-Identifier: ISC */
/*
 * Time without what the machine itself lost: a thread that only sleeps is late when nobody was run,
 * and what it lost was lost for servers, too. All but the date lock.
 */
#ifndef PROBE_RUNNING_CLOCK_H
#define PROBE_RUNNING_CLOCK_H

#include <stdint.h>

/* The clock reads 0 from here on. The first time that starts the thread, or ends the program if
 * there can be none. */
void running_clock_start(void);

/* Nanoseconds for which the machine has run. */
int64_t running_clock_now(void);

/* Nanoseconds for which it stood still. */
int64_t running_clock_standstill(void);

/* Nanoseconds since 1970: what the record of a run has for those who look into other logs. */
int64_t running_clock_date(void);

#endif
