/* SPDX-License-Identifier: ISC */
/* How long connections are open, and why a drain still waits for them, as the process that holds
 * them has noted it. */
#ifndef GRACE_SUPERVISOR_GENERATION_CONNECTION_NOTES_H
#define GRACE_SUPERVISOR_GENERATION_CONNECTION_NOTES_H

#include "protocol/connection_note.h"
#include "supervisor/generation/generation.h"
#include "supervisor/kernel/connections.h"

enum {
    CONNECTION_NOTES = 500, /* more are not told at a time */
    CONNECTION_AGE_UNKNOWN = -1,
};

struct connection_known {
    int age;                  /* in seconds, or CONNECTION_AGE_UNKNOWN */
    enum stream_state stream; /* STREAM_STATES: not known */
};

extern const struct connection_known connection_unknown;

/* Of `n` connections, CONNECTION_NOTES at most.  False: nothing is known of any, for that took
 * longer than `patience` ms. */
bool connection_notes(const struct generation *g, const struct kernel_connection *conns, size_t n,
                      struct connection_known *known, int patience);

/* A word for it in JSON, and what the log says; NULL where nothing is known. */
const char *connection_stream_name(enum stream_state stream);
const char *connection_stream_text(enum stream_state stream);

#endif
