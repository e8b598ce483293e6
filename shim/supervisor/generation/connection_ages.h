/* SPDX-License-Identifier: ISC */
/* How long connections are open, as the process that holds them has noted it at accept(). */
#ifndef GRACE_SUPERVISOR_GENERATION_CONNECTION_AGES_H
#define GRACE_SUPERVISOR_GENERATION_CONNECTION_AGES_H

#include "supervisor/generation/generation.h"
#include "supervisor/kernel/connections.h"

enum { CONNECTION_AGES = 1000 /* more are not told at a time */, CONNECTION_AGE_UNKNOWN = -1 };

/* In seconds; of `n` connections, CONNECTION_AGES at most.  False: all are unknown, for that took
 * longer than `patience` ms. */
bool connection_ages(const struct generation *g, const struct kernel_connection *conns, size_t n,
                     int *ages, int patience);

#endif
