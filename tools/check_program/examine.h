/* SPDX-License-Identifier: ISC */
/* Will grace work for a command? Nothing of it is executed. */
#ifndef CHECK_EXAMINE_H
#define CHECK_EXAMINE_H

#include <limits.h>

#include "check_program/findings.h"

struct examination {
    char *const *command;
    const char *library;   /* libgrace.so */
    char path[PATH_MAX];   /* of the command, "" if there is none */
    struct findings found; /* what there is to say */
};

/* Goes from the command by way of the interpreters of scripts to the program that runs in the end,
 * and says what there is to say. */
void examine(struct examination *examination);

#endif
