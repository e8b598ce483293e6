/* SPDX-License-Identifier: ISC */
/* What the status tells of each generation, and of who holds those that drain. */
#ifndef GRACE_SUPERVISOR_FRONT_CTL_STATUS_GENERATIONS_H
#define GRACE_SUPERVISOR_FRONT_CTL_STATUS_GENERATIONS_H

#include <stdio.h>

void status_generations(FILE *out);

/* The oldest connections of each: a list of its own, so that a generation stays one flat object,
 * which scripts take apart with regular expressions. */
void status_holding(FILE *out);

#endif
