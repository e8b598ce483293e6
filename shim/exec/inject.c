/* SPDX-License-Identifier: ISC */
#include "exec/inject.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "libc/real.h"
#include "process/command_line.h"
#include "process/fdtab.h"
#include "process/self.h"
#include "protocol/envp.h"
#include "protocol/handoff.h"
#include "protocol/preload_list.h"

static bool inherits(unsigned kinds)
{
    int saved = errno;
    bool found = false;

    for (int fd = fdtab_next(0, kinds); fd >= 0 && !found; fd = fdtab_next(fd + 1, kinds)) {
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
    return command_line_begins(argv) && getsid(0) == getpid() && !inherits(1 << FD_CONNECTION);
}

/* The server that executes itself (haproxy -W, once its worker runs) stays the server. */
static bool is_server(char *const argv[])
{
    pid_t pid = getpid();

    return atomic_load(&self.page->first) == pid || atomic_load(&self.page->keeper) == pid ||
           is_daemon(argv);
}

bool inject_wanted(bool in_place, char *const argv[])
{
    return self.on && !self.elsewhere &&
           (self.keep_children || !atomic_load(&self.page->served) ||
            (in_place && is_server(argv)) || inherits(FDS_MAY_LISTEN));
}

size_t inject_entries(char *const envp[])
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

size_t inject_bytes(char *const envp[])
{
    const char *preload = envp_find(envp, PRELOAD_LIST);

    return handoff_bytes() + sizeof PRELOAD_LIST + strlen(self.library) + 3 +
           (preload ? strlen(preload) : 0);
}

static bool own_entries(char *own[2], char *bytes, char *const envp[],
                        const union handoff_fds *loan)
{
    const struct handoff h = {.fds = *loan,
                              .restart_signal = self.restart_signal,
                              .keep_children = self.keep_children,
                              .library = self.library};

    own[0] = bytes;
    own[1] = bytes + handoff_bytes();
    preload_list_put(stpcpy(stpcpy(own[1], PRELOAD_LIST), "="), envp_find(envp, PRELOAD_LIST),
                     self.library);
    return handoff_format(&h, own[0]);
}

char *const *inject_environment(char *const envp[], const union handoff_fds *loan, char **entries,
                                char *bytes)
{
    char **to = entries + 2;

    if (!own_entries(entries, bytes, envp, loan))
        return envp;
    for (; envp && *envp; envp++)
        if (!envp_value(*envp, PRELOAD_LIST) && !envp_value(*envp, HANDOFF_VARIABLE))
            *to++ = *envp;
    *to = NULL;
    return entries;
}

static size_t quoted_bytes(char *const envp[])
{
    return 4 * inject_bytes(envp) + sizeof "export '' ''; "; /* each byte may be a quote */
}

size_t inject_prefix_bytes(char *const envp[])
{
    return quoted_bytes(envp) + inject_bytes(envp);
}

static char *append_quoted(char *to, const char *text)
{
    *to++ = '\'';
    for (; *text; text++) {
        if (*text == '\'')
            to = stpcpy(to, "'\\'");
        *to++ = *text;
    }
    *to++ = '\'';
    return to;
}

char *inject_prefix(char *to, char *const envp[], const union handoff_fds *loan)
{
    char *own[2]; /* behind what is made of them */

    if (!own_entries(own, to + quoted_bytes(envp), envp, loan))
        return to;
    to = append_quoted(stpcpy(to, "export "), own[0]);
    return stpcpy(append_quoted(stpcpy(to, " "), own[1]), "; ");
}
