/* SPDX-License-Identifier: ISC */
/*
 * What a generation is told of those that are to take its place: when they started.  What has come
 * to be then is theirs (listener/path_guard).
 */
#ifndef GRACE_SUPERVISOR_GENERATION_SUCCESSORS_H
#define GRACE_SUPERVISOR_GENERATION_SUCCESSORS_H

#include "supervisor/generation/generation.h"

/* `next` is about to be executed, beside all others. */
void successors_begin(const struct generation *next);

/* It serves, or has failed. */
void successors_end(void);

#endif
