/* SPDX-License-Identifier: ISC */
/* Text of others made fit for a line: of the log, of a status, of a terminal. */
#ifndef GRACE_SUPERVISOR_STATE_ESCAPE_H
#define GRACE_SUPERVISOR_STATE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the UTF-8 character at p, 0 when it is none. */
unsigned utf8_length(const unsigned char *p);

/* The number of such a character; does it end a line, move a cursor, turn the direction of writing?
 * Those have four hexadecimal digits at most. */
unsigned utf8_code(const unsigned char *p, unsigned n);
bool utf8_is_control(const unsigned char *p, unsigned n);

/* text with \xNN for each byte that is no printable UTF-8, as far as there is room. Its length. */
size_t escape_text(char *to, size_t size, const char *text);

#endif
