/* SPDX-License-Identifier: ISC */
/* How a request has failed, as the record of the run has it. */
#ifndef PROBE_FAILING_H
#define PROBE_FAILING_H

#include <stdbool.h>

#include "probe/result/result.h"

/* What an errno of connect(), send() or recv() means; had the whole request been sent? */
enum failure failing_errno(int error, bool asked);

/* The same for people. */
void failing_words(char why[WHY_LENGTH], const char *call, int error);

/* Adds to what is known the port of the socket `fd` (-1: there is none), with which one finds the
 * connection in a trace of the server, and the time of day; and puts it down. */
void failing_record(struct let_down *let_down, int fd, struct result *result);

#endif
