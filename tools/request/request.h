/* SPDX-License-Identifier: ISC */
/*
 * What is wanted of one server: asked by the user socket, told step by step as it happens, and what
 * came of it.  Steps go to standard output; why it failed goes to standard error.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct request {
    const char *what, *line; /* in messages, to the supervisor */
    int64_t timeout;         /* for the result, after the request is taken */
    bool ends;               /* it is over when the supervisor has gone */
    bool named;              /* each line begins with the server's name: there are several */
    bool quiet;              /* no steps */
    bool json;               /* one object with what came of it instead */
};

struct request_target {
    const char *text; /* as the user calls it */
    pid_t supervisor; /* 0: not known yet */
};

/* The exit code. */
int request_run(const struct request *request, const struct request_target *target);

/* Of one that is not asked: its turn does not come. */
void request_skip(const struct request *request, const struct request_target *target);

#endif
