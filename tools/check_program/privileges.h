/* SPDX-License-Identifier: ISC */
/* Whether the kernel tells the loader that a program has more rights than who starts it
 * (AT_SECURE): then LD_PRELOAD is dropped. */
#ifndef CHECK_PRIVILEGES_H
#define CHECK_PRIVILEGES_H

#include "check_program/findings.h"

/* Says so of the file, as it would be for whoever asks. */
void privileges_look(int fd, const char *path, struct findings *findings);

#endif
