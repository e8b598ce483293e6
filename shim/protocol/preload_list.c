/* SPDX-License-Identifier: ISC */
#include "protocol/preload_list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "protocol/envp.h"

static const char SEPARATORS[] = ": ";

static size_t place; /* of ours in the user's list without it */

static bool is_separator(char c)
{
    return c == ':' || c == ' ';
}

/* As it is written, or by its file name where a relative path, a bare name or $LIB led to us. */
static bool is_ours(const char *entry, size_t n, const char *library)
{
    const char *slash = strrchr(library, '/');
    const char *name = slash ? slash + 1 : library;
    size_t m = strlen(name);

    if (n == strlen(library) && memcmp(entry, library, n) == 0)
        return true;
    return (entry[0] != '/' || memchr(entry, '$', n)) && n >= m &&
           memcmp(entry + n - m, name, m) == 0 && (n == m || entry[n - m - 1] == '/');
}

/* Takes all of ours out; returns where the first one was, or 0. */
static size_t take_ours(char *list, const char *library)
{
    char *first = NULL;

    for (char *at = list; *at;) {
        size_t n = strcspn(at, SEPARATORS);
        char *rest = at[n] ? at + n + 1 : at + n;

        if (!is_ours(at, n, library)) {
            at = rest;
            continue;
        }
        first = first ? first : at;
        memmove(at, rest, strlen(rest) + 1);
    }
    return first ? (size_t)(first - list) : 0;
}

const char *preload_list_take(const char *library)
{
    char *list = (char *)(uintptr_t)envp_find(environ, PRELOAD_LIST);

    if (!list)
        return NULL;
    place = take_ours(list, library);
    if (*list && is_separator(list[strlen(list) - 1]))
        list[strlen(list) - 1] = '\0';
    if (*list)
        return list;
    envp_take(PRELOAD_LIST);
    return NULL;
}

void preload_list_lead(void)
{
    place = 0;
}

char *preload_list_put(char *to, const char *others, const char *library)
{
    const char *list = others && strcmp(others, library) != 0 ? others : "";
    size_t n = strlen(list), before = place < n ? place : n;

    if (before > 0 && before < n && !is_separator(list[before - 1]))
        before = 0; /* it is another list by now */
    to = mempcpy(to, list, before);
    if (before > 0 && !is_separator(to[-1]))
        *to++ = ':';
    to = stpcpy(to, library);
    return before < n ? stpcpy(stpcpy(to, ":"), list + before) : to;
}
