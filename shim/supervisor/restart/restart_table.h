/* SPDX-License-Identifier: ISC */
/* Phases x inputs: what is done when something happens, and what phase follows. */
#ifndef GRACE_SUPERVISOR_RESTART_RESTART_TABLE_H
#define GRACE_SUPERVISOR_RESTART_RESTART_TABLE_H

#include "supervisor/restart/restart_input.h"

/* This has happened. True: another phase begins. */
bool restart_take(enum restart_input input, const struct restart_cause *cause);

/* A supervisor that was killed had come so far. */
void restart_resume(enum phase phase);

#endif
