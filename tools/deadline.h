/* SPDX-License-Identifier: ISC */
/* Durations as users write them, and deadlines on the monotonic clock. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdint.h>

#define DURATION_NONE INT64_MAX

/* "500ms", "10s", "2m", "1h", "0" or "none" in milliseconds; ends the program on anything else. */
int64_t duration_option(const char *option, const char *text);

/* The moment `ms` from now; DURATION_NONE stays what it is: never. */
int64_t deadline_after(int64_t ms);

/* Milliseconds until the deadline as poll() wants them: 0 if it has passed, -1 for never. */
int deadline_left(int64_t deadline);

#endif
