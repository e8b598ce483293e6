/* SPDX-License-Identifier: ISC */
/*
 * Whether an answer is what was expected, and which version of the server gave it. Answers repeat
 * themselves, and a regular expression takes longer than a request: the last one is remembered.
 */
#ifndef PROBE_JUDGE_H
#define PROBE_JUDGE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

struct result;

struct judge {
    const regex_t *expect;  /* or NULL */
    const regex_t *version; /* the same; its first group, or all of it */
    struct {
        char *text;
        size_t length;
        bool good;
        int version;
    } last;
};

/* An extended regular expression over the bytes of an answer, of which it may hold any; "." is each
 * but the end of a line. NULL, and *why, if it isn't one. */
const regex_t *judge_compile(const char *text, const char **why);

/* Does it need to see what answers say? */
bool judge_reads(const struct judge *judge);

/* Is this what was expected? Sets *version to its index in `result`, or to -1. */
bool judge_text(struct judge *judge, struct result *result, const char *text, size_t length,
                int *version);

#endif
