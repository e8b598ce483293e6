/* SPDX-License-Identifier: ISC */
/* What failures and kinds of clients are called, in reports and on the command line. */
#include "probe/result/result.h"

static const struct {
    const char *name, *words;
} failures[FAILURES] = {
    [FAILURE_REFUSED] = {"refused", "the connection was refused"},
    [FAILURE_RESET_BEFORE] = {"reset-before-request",
                              "the connection was reset before the request was sent"},
    [FAILURE_RESET_AFTER] = {"reset-after-request",
                             "the connection was reset after the request was sent"},
    [FAILURE_CLOSED] = {"closed", "the connection was closed without an answer"},
    [FAILURE_TRUNCATED] = {"truncated", "the connection was closed within the answer"},
    [FAILURE_WRONG] = {"wrong", "the answer was wrong"},
    [FAILURE_TIMEOUT] = {"timeout", "there was no answer in time"},
    [FAILURE_OTHER] = {"other", "the system reported an error"},
};

static const char *const kinds[KINDS] = {
    [KIND_NEW] = "new",         [KIND_KEEP_ALIVE] = "keep-alive", [KIND_SLOW] = "slow",
    [KIND_IDLE] = "idle",       [KIND_SILENT] = "silent",         [KIND_HALF] = "half",
    [KIND_CONNECT] = "connect",
};

const char *failure_name(enum failure failure)
{
    return failures[failure].name;
}

const char *failure_words(enum failure failure)
{
    return failures[failure].words;
}

const char *kind_name(enum kind kind)
{
    return kinds[kind];
}
