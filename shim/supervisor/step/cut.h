/* SPDX-License-Identifier: ISC */
/* Connections that outlive the drain deadline: counted, named, and ended with their generation. */
#ifndef GRACE_CUT_H
#define GRACE_CUT_H

#include "supervisor/state/generation.h"

/* Logs each connection (peer, age, process) and begins to retire g. */
void cut_connections(struct generation *g);

#endif
