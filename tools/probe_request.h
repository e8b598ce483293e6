/* SPDX-License-Identifier: ISC */
/* What grace probe asks the server, from the words of its command line. */
#ifndef PROBE_REQUEST_H
#define PROBE_REQUEST_H

#include "probe/plan.h"

/* Values of the options of these names; NULL, of `headers` "", where they are not given. */
struct request_words {
    const char *send, *acknowledge, *data, *slow_path;
    char *headers; /* lines that end with CR LF */
};

/* The plan has its address, its clients and what answers are compared with. Ends the program, as a
 * wrong option does, where these don't go together. */
void request_plan(struct plan *plan, const struct request_words *words);

#endif
