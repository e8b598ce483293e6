/* SPDX-License-Identifier: ISC */
/* "Did you mean": what a word that nobody knows was probably to be. */
#ifndef SUGGEST_H
#define SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

/* The best so far; begin with {.word = ...}. */
struct suggestion {
    const char *word; /* as it was typed, its first `length` characters; 0: all */
    size_t length;
    const char *name; /* NULL: none is near */
    size_t distance;
};

/* Is this one nearer? The first of several that are equally near stays. */
void suggest_consider(struct suggestion *best, const char *name);

#endif
