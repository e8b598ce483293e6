/* SPDX-License-Identifier: ISC */
#include "probe/judge.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "probe/result/result.h"

bool judge_reads(const struct judge *judge)
{
    return judge->expect != NULL || judge->version != NULL;
}

/* Not regexec() alone: an answer may hold any byte. */
static bool matches(const regex_t *regex, const char *text, size_t length, regmatch_t match[2])
{
    match[0] = (regmatch_t){.rm_so = 0, .rm_eo = (regoff_t)length};
    match[1].rm_so = -1;
    return regexec(regex, text, 2, match, REG_STARTEND) == 0;
}

static int version_of(const struct judge *judge, struct result *result, const char *text,
                      size_t length)
{
    regmatch_t match[2];

    if (judge->version == NULL || !matches(judge->version, text, length, match))
        return -1;
    const regmatch_t *named = &match[match[1].rm_so == -1 ? 0 : 1];
    return result_version(result, text + named->rm_so, (size_t)(named->rm_eo - named->rm_so));
}

static void remember(struct judge *judge, const char *text, size_t length)
{
    if (length > judge->last.length || judge->last.text == NULL) {
        judge->last.text = realloc(judge->last.text, length + 1);
        if (judge->last.text == NULL)
            err(1, NULL);
    }
    memcpy(judge->last.text, text, length);
    judge->last.length = length;
}

bool judge_text(struct judge *judge, struct result *result, const char *text, size_t length,
                int *version)
{
    regmatch_t match[2];

    if (judge->last.text == NULL || judge->last.length != length ||
        memcmp(judge->last.text, text, length) != 0) {
        remember(judge, text, length);
        judge->last.good = judge->expect == NULL || matches(judge->expect, text, length, match);
        judge->last.version = version_of(judge, result, text, length);
    }
    *version = judge->last.version;
    return judge->last.good;
}
