/* SPDX-License-Identifier: ISC */
/*
 * Tells a script when the load is on: a line in a file when each client that asks all the time has
 * had an answer and each other one holds; and once more after each restart that the script has said
 * is over, when each of the former has had an answer to a younger request.
 */
#ifndef PROBE_LOAD_ON_H
#define PROBE_LOAD_ON_H

#include <stdio.h>

#include "probe/plan.h"

/* What is kept for each client. */
struct witness {
    unsigned asked, heard; /* after how many restarts */
};

/* To the file of the plan, if it has one. */
void load_on_begin(const struct plan *plan);

void load_on_asked(struct witness *witness);
void load_on_answered(struct witness *witness, enum kind kind);
void load_on_holding(struct witness *witness);
void load_on_restarted(void);

#endif
