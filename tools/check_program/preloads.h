/* SPDX-License-Identifier: ISC */
/* What LD_PRELOAD names besides libgrace.so. */
#ifndef CHECK_PRELOADS_H
#define CHECK_PRELOADS_H

#include "check_program/findings.h"

void preloads_look(const char *library, struct findings *findings);

#endif
