/* SPDX-License-Identifier: ISC */
#include "exec/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "libc/real.h"
#include "process/command_line.h"
#include "process/fdtab.h"
#include "process/self.h"
#include "protocol/handoff.h"

static const char PRELOAD[] = "LD_PRELOAD";
static const char SEPARATORS[] = ": ";

static size_t place; /* of ours in the user's list without it */

static bool inherits(enum fd_kind kind)
{
    int saved = errno;
    bool found = false;

    for (int fd = fdtab_next(0, kind); fd >= 0 && !found; fd = fdtab_next(fd + 1, kind)) {
        long flags = real.fcntl(fd, F_GETFD, NULL);

        found = flags >= 0 && !(flags & FD_CLOEXEC);
    }
    errno = saved;
    return found;
}

/* In the background that is the leader of a session, whom the supervisor may not know yet.  Not by
 * its arguments alone: sshd executes itself for each connection, in a session for each. */
static bool is_daemon(char *const argv[])
{
    return command_line_begins(argv) && getsid(0) == getpid() && !inherits(FD_CONNECTION);
}

/* The server that executes itself (haproxy -W, once its worker runs) stays the server. */
static bool is_server(char *const argv[])
{
    pid_t pid = getpid();

    return atomic_load(&self.page->first) == pid || atomic_load(&self.page->keeper) == pid ||
           is_daemon(argv);
}

bool environment_injects(bool in_place, char *const argv[])
{
    return self.on && !self.elsewhere &&
           (self.keep_children || !atomic_load(&self.page->served) ||
            (in_place && is_server(argv)) || inherits(FD_LISTENER) || inherits(FD_SUSPENDED) ||
            inherits(FD_BRIEF));
}

static const char *value_of(const char *entry, const char *name)
{
    size_t n = strlen(name);

    return strncmp(entry, name, n) == 0 && entry[n] == '=' ? entry + n + 1 : NULL;
}

/* The last one: of several LD_PRELOADs the loader takes that. */
static const char *find(char *const envp[], const char *name)
{
    const char *found = NULL;

    for (; envp && *envp; envp++) {
        const char *value = value_of(*envp, name);

        if (value)
            found = value;
    }
    return found;
}

size_t environment_entries(char *const envp[])
{
    size_t n = 3; /* LD_PRELOAD, GRACE_HANDOFF, NULL */

    for (; envp && *envp; envp++)
        n++;
    return n;
}

/* Not what the longest path would need: it is on the stack of a thread that may have the least. */
static size_t handoff_bytes(void)
{
    return HANDOFF_BESIDES + strlen(self.library);
}

size_t environment_bytes(char *const envp[])
{
    const char *preload = find(envp, PRELOAD);

    return handoff_bytes() + sizeof PRELOAD + strlen(self.library) + 3 +
           (preload ? strlen(preload) : 0);
}

static char *append(char *to, const char *text)
{
    size_t n = strlen(text);

    memcpy(to, text, n + 1);
    return to + n;
}

static bool own_entries(char *own[2], char *bytes, char *const envp[],
                        const struct own_fds_loan *loan)
{
    const struct handoff h = {.control = loan->control,
                              .bell = loan->bell,
                              .memory = loan->memory,
                              .record = loan->record,
                              .wish = loan->wish,
                              .restart_signal = self.restart_signal,
                              .keep_children = self.keep_children,
                              .library = self.library};

    own[0] = bytes;
    own[1] = bytes + handoff_bytes();
    environment_put_preload(append(append(own[1], PRELOAD), "="), find(envp, PRELOAD),
                            self.library);
    return handoff_format(&h, own[0]);
}

char *const *environment_inject(char *const envp[], const struct own_fds_loan *loan, char **entries,
                                char *bytes)
{
    char **to = entries + 2;

    if (!own_entries(entries, bytes, envp, loan))
        return envp;
    for (; envp && *envp; envp++)
        if (!value_of(*envp, PRELOAD) && !value_of(*envp, HANDOFF_VARIABLE))
            *to++ = *envp;
    *to = NULL;
    return entries;
}

static size_t quoted_bytes(char *const envp[])
{
    return 4 * environment_bytes(envp) + sizeof "export '' ''; "; /* each byte may be a quote */
}

size_t environment_prefix_bytes(char *const envp[])
{
    return quoted_bytes(envp) + environment_bytes(envp);
}

static char *append_quoted(char *to, const char *text)
{
    *to++ = '\'';
    for (; *text; text++) {
        if (*text == '\'')
            to = append(to, "'\\'");
        *to++ = *text;
    }
    *to++ = '\'';
    return to;
}

char *environment_prefix(char *to, char *const envp[], const struct own_fds_loan *loan)
{
    char *own[2]; /* behind what is made of them */

    if (!own_entries(own, to + quoted_bytes(envp), envp, loan))
        return to;
    to = append_quoted(append(to, "export "), own[0]);
    return append(append_quoted(append(to, " "), own[1]), "; ");
}

const char *environment_take(const char *name)
{
    const char *value = NULL;
    char **to = environ;

    for (char **from = environ; from && *from; from++) {
        const char *found = value_of(*from, name);

        if (found)
            value = found;
        else
            *to++ = *from;
    }
    if (value)
        *to = NULL;
    return value;
}

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

const char *environment_take_preload(const char *library)
{
    char *list = (char *)(uintptr_t)find(environ, PRELOAD);

    if (list)
        place = take_ours(list, library);
    if (list && *list && is_separator(list[strlen(list) - 1]))
        list[strlen(list) - 1] = '\0';
    if (list && !*list)
        environment_take(PRELOAD);
    return list && *list ? list : NULL;
}

char *environment_put_preload(char *to, const char *others, const char *library)
{
    size_t n = others && strcmp(others, library) != 0 ? strlen(others) : 0;
    size_t before = place < n ? place : n;

    if (before > 0 && before < n && !is_separator(others[before - 1]))
        before = 0; /* it is another list by now */
    if (before > 0) {
        memcpy(to, others, before);
        to += before;
        if (!is_separator(to[-1]))
            *to++ = ':';
    }
    to = append(to, library);
    return before < n ? append(append(to, ":"), others + before) : to;
}
