/* SPDX-License-Identifier: ISC */
/* Text that comes from elsewhere and goes to a terminal. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>
#include <stdint.h>

/* asprintf() that ends the program when there is no memory; free() the result. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A copy in which control characters are escaped; free() it. */
char *text_visible(const char *text);

/* A count in at most four characters: 999, 1.2K, 34M; free() it. */
char *text_count(int64_t n);

/* The time since `started` (of the wall clock): 45s, 12m03s, 3h05m, 2d04h; free() it. */
char *text_age(int64_t started);

/* How many bytes of `text` fit into `columns` of a terminal, and how many columns they take. */
size_t text_fit(const char *text, int columns, int *taken);

#endif
