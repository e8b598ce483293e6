/* SPDX-License-Identifier: ISC */
/* Bytes that come out of answers, for formats that are UTF-8 and nothing else. */
#ifndef PROBE_UTF8_H
#define PROBE_UTF8_H

#include <stdint.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* The character that `text` begins with, and its bytes; -1 and one byte if it is none: too short,
 * longer than it has to be, a surrogate, or beyond the last one. */
int32_t utf8_decode(const char *text, unsigned *bytes);

/* A copy in which each byte that is not part of a character is U+FFFD instead; free() it. Ends the
 * program if there is no memory. */
char *utf8_valid(const char *text);

#endif
