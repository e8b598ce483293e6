/* SPDX-License-Identifier: ISC */
/* The libraries that a program needs, and those that they need. */
#ifndef CHECK_LIBRARIES_H
#define CHECK_LIBRARIES_H

#include "check_program/binary.h"
#include "check_program/findings.h"

/* Says which of them are missing, and which of them keep something from libgrace.so.  `path` is the
 * program's, without symbolic links; `library` that of libgrace.so. */
void libraries_look(const char *path, const struct binary *program, const char *library,
                    struct findings *findings);

#endif
