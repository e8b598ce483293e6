/* SPDX-License-Identifier: ISC */
#include "probe/judge.h"

#include <err.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "probe/result/result.h"

/* As regcomp() does with REG_EXTENDED | REG_NEWLINE; but there "." is no zero byte, and in UTF-8
 * none that is no character. Answers of binary protocols are full of both. */
static const char *compile(regex_t *compiled, const char *text)
{
    locale_t bytes = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t characters = uselocale(bytes);

    re_set_syntax((RE_SYNTAX_POSIX_EXTENDED & ~(RE_DOT_NEWLINE | RE_DOT_NOT_NULL)) |
                  RE_HAT_LISTS_NOT_NEWLINE);
    const char *why = re_compile_pattern(text, strlen(text), compiled);
    if (why == NULL)
        re_compile_fastmap(compiled);
    uselocale(characters);
    freelocale(bytes);
    return why;
}

const regex_t *judge_compile(const char *text, const char **why)
{
    regex_t *compiled = calloc(1, sizeof(*compiled));
    char *fastmap = malloc(1 << CHAR_BIT);

    if (compiled == NULL || fastmap == NULL)
        err(1, NULL);
    compiled->fastmap = fastmap; /* bytes that a match may begin with: without it each is tried */
    *why = compile(compiled, text);
    return *why == NULL ? compiled : NULL;
}

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
