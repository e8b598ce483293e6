/* SPDX-License-Identifier: ISC */
/* Whether the loader of a program can load libgrace.so, and whether that would see anything. */
#ifndef CHECK_LOADABLE_H
#define CHECK_LOADABLE_H

#include "check_program/binary.h"
#include "check_program/findings.h"

/* Says what is in the way. True if it is a program of our loader, whose libraries can be looked
 * for. */
bool loadable_look(const char *path, const struct binary *binary, struct findings *findings);

#endif
