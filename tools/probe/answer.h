/* SPDX-License-Identifier: ISC */
/*
 * An answer as it comes in: where it ends, and whether it is right. HTTP ends as HTTP/1.1 says; any
 * other as soon as it holds what is expected. Nothing of it is kept that nobody wants to see.
 */
#ifndef PROBE_ANSWER_H
#define PROBE_ANSWER_H

#include <llhttp.h>
#include <stdbool.h>
#include <stddef.h>

#include "probe/judge.h"
#include "probe/result/result.h"

enum outcome { ANSWER_GOES_ON, ANSWER_RIGHT, ANSWER_WRONG, ANSWER_TRUNCATED };

struct answer {
    llhttp_t parser; /* of HTTP */
    bool http;
    bool over;     /* the last byte of HTTP is here */
    bool keeps;    /* the connection may carry another request */
    size_t length; /* bytes so far */
    char *text;    /* the beginning of it, if somebody reads it; stays for the next answer */
    size_t kept, room;
    int version;          /* as in struct let_down */
    char why[WHY_LENGTH]; /* of a wrong or truncated one */
};

/* Nothing has come yet. */
void answer_begin(struct answer *answer, bool http);

enum outcome answer_feed(struct answer *answer, struct judge *judge, struct result *result,
                         const char *bytes, size_t length);

/* The connection has ended: of an answer that goes on this may be the proper end. */
enum outcome answer_end(struct answer *answer, struct judge *judge, struct result *result);

/* The time for it is up. Has something come, and not what was expected? Then that is in `why`. */
bool answer_unexpected(struct answer *answer);

/* Frees what is kept. */
void answer_free(struct answer *answer);

#endif
