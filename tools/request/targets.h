/* SPDX-License-Identifier: ISC */
/* The servers that a command is for: those that were named, or all. */
#ifndef TARGETS_H
#define TARGETS_H

#include <stddef.h>

#include "request/request.h"

struct targets {
    struct request_target *list;
    size_t n;
    int code; /* of those that are not in it */
};

/* Ends the program if a word is empty. */
struct targets targets_named(char **words, size_t n);

/* Those that `grace status` shows. One that doesn't answer is reported; ends the program with
 * EXIT_NO_TARGET if there is none. */
struct targets targets_all(void);

#endif
