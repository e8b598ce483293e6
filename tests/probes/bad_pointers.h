/* SPDX-License-Identifier: ISC */
/* The rows of bad-pointers: calls with arguments that are good. */
#ifndef BAD_POINTERS_H
#define BAD_POINTERS_H

#include <stddef.h>

/* Ways for a pointer to be bad; the last two are good for some. */
enum {
    BAD_NONE,
    BAD_FIRST, /* of the pages, where nothing is */
    BAD_CLOSED,
    BAD_LAST, /* the kernel's */
    BAD_HALF, /* the other one can't be read */
    BAD_AT_END,
    BAD_READ_ONLY,
    BAD_WAYS,
};

enum { ARGUMENTS = 7 };

struct argument {
    long number;
    const long *value; /* of a number that is known later */
    const void *bytes; /* of what a pointer points at */
    size_t size;       /* as much of it as is read or written; 0: no pointer */
    unsigned but;      /* ways that are left out, a bit each */
};

struct row {
    const char *name, *about;
    struct argument arguments[ARGUMENTS];
};

extern const struct row rows[];
extern const size_t rows_count;

void rows_begin(int port);

/* Before each call, in a child. */
void rows_prepare(void);

#endif
