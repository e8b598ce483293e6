/* SPDX-License-Identifier: ISC */
/* Durations as users write them, to the supervisor and to the command grace. */
#ifndef GRACE_PROTOCOL_DURATION_H
#define GRACE_PROTOCOL_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/* "500ms", "10s", "2m", "1h" or "0" in milliseconds, "none" as CLOCK_NEVER. False for anything
 * else.
 */
bool duration_parse(const char *text, int64_t *ms);

#endif
