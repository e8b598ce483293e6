/* SPDX-License-Identifier: ISC */
/* What the tests of daemons (tests/daemons, docs/compatibility.md) have found out about servers. */
#ifndef CHECK_KNOWN_H
#define CHECK_KNOWN_H

#include "check_program/findings.h"

/* Says what a program of that file needs when it is started with these arguments. */
void known_look(const char *path, char *const arguments[], struct findings *findings);

#endif
