/* SPDX-License-Identifier: ISC */
#include "supervisor/state/record_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST = 3 }; /* library, directory, path */

static unsigned count(char *const *list)
{
    unsigned n = 0;

    while (list[n])
        n++;
    return n;
}

static size_t length_of(char *const *list)
{
    size_t n = 0;

    for (; *list; list++)
        n += strlen(*list) + 1;
    return n;
}

size_t record_text_size(const struct command *c)
{
    return strlen(c->library) + strlen(c->directory) + strlen(c->path) + FIRST +
           length_of(c->argv) + length_of(environ);
}

static char *put(char *to, const char *text)
{
    return stpcpy(to, text) + 1;
}

void record_text_write(struct record *r, const struct command *c)
{
    char *to = put(put(put(r->strings, c->library), c->directory), c->path);

    r->argc = count(c->argv);
    r->envc = count(environ);
    for (char **arg = c->argv; *arg; arg++)
        to = put(to, *arg);
    for (char **entry = environ; *entry; entry++)
        to = put(to, *entry);
}

static const char *next(const char *text)
{
    return text + strlen(text) + 1;
}

bool record_text_is_whole(const struct record *r)
{
    const char *end = (const char *)r + r->size;
    uint64_t missing = (uint64_t)FIRST + r->argc + r->envc;

    for (const char *p = r->strings; p < end; p++)
        missing -= missing > 0 && *p == '\0';
    return missing == 0 && r->argc > 0 && r->groups_n <= 64 && r->kept_n <= RECORD_KEPT;
}

static char **take_strings(const char **at, unsigned n)
{
    char **list = calloc(n + 1, sizeof *list);

    for (unsigned i = 0; list && i < n; i++, *at = next(*at))
        list[i] = (char *)(uintptr_t)*at;
    return list;
}

bool record_text_read(const struct record *r, struct command *c)
{
    const char *at;
    char **entries;

    c->library = r->strings;
    c->directory = next(c->library);
    c->path = next(c->directory);
    at = next(c->path);
    c->argv = take_strings(&at, r->argc);
    entries = take_strings(&at, r->envc);
    if (!c->argv || !entries)
        return false;
    environ = entries;
    return true;
}

/* What a service manager, a shell or a terminal says anew each time. */
static bool is_volatile(const char *entry)
{
    static const char names[][20] = {
        "INVOCATION_ID=",
        "JOURNAL_STREAM=",
        "SYSTEMD_EXEC_PID=",
        "NOTIFY_SOCKET=",
        "LISTEN_PID=",
        "MONIT_",
        "WATCHDOG_PID=",
        "MAINPID=",
        "_=",
        "OLDPWD=",
        "PWD=",
        "SHLVL=",
        "TERM=",
        "COLUMNS=",
        "LINES=",
        "WINDOWID=",
        "DISPLAY=",
        "TMUX",
        "STY=",
        "SSH_",
        "XDG_SESSION_",
        "SUDO_",
        "MEMORY_PRESSURE_",
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncmp(entry, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* Each entry of `a` that matters is in `b`; in whatever order. */
static bool has_environment(const struct record *b, const char *env, const char *entry)
{
    for (unsigned i = 0; i < b->envc; i++, env = next(env))
        if (strcmp(env, entry) == 0)
            return true;
    return false;
}

static bool covers(const struct record *a, const char *from, const struct record *b,
                   const char *with)
{
    for (unsigned i = 0; i < a->envc; i++, from = next(from))
        if (!is_volatile(from) && !has_environment(b, with, from))
            return false;
    return true;
}

bool record_text_equal(const struct record *a, const struct record *b)
{
    const char *p = next(a->strings), *q = next(b->strings); /* another copy of grace will do */

    if (a->argc != b->argc)
        return false;
    for (unsigned i = 0; i < FIRST - 1 + a->argc; i++, p = next(p), q = next(q))
        if (strcmp(p, q) != 0)
            return false;
    return covers(a, p, b, q) && covers(b, q, a, p);
}
