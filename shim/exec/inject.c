/* SPDX-License-Identifier: ISC */
#include "exec/inject.h"

#include <sys/socket.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "libc/real.h"
#include "process/command_line.h"
#include "process/fdtab.h"
#include "process/guest.h"
#include "process/self.h"
#include "protocol/envp.h"
#include "protocol/handoff.h"
#include "protocol/preload_list.h"

static bool for_client; /* so this process was forked */

/* A number whose close nobody saw may be anything by now.  A guest has closed what it does not pass
 * on: what counts is its parent's. */
static bool has_peer(int fd)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;

    return guest_by_pid() || getpeername(fd, (struct sockaddr *)&peer, &len) == 0 ||
           !(errno == EBADF || errno == ENOTSOCK || errno == ENOTCONN);
}

/* Also one that is closed by exec: the output of a CGI goes through a pipe to who has it. */
static bool works_for_client(void)
{
    int saved = errno;
    bool found = for_client;

    for (int fd = fdtab_next(0, 1 << FD_CONNECTION); fd >= 0 && !found;
         fd = fdtab_next(fd + 1, 1 << FD_CONNECTION))
        found = has_peer(fd);
    errno = saved;
    return found;
}

static bool has_served(char *const argv[])
{
    return page_has_command(self.page, command_line_number(argv));
}

void inject_forked(void)
{
    for_client = works_for_client();
}

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

/* Not in a chroot, or for a user, where it isn't: the loader would complain to standard error. */
static bool library_is_there(void)
{
    int saved = errno;
    bool there = access(self.library, R_OK) == 0;

    errno = saved;
    return there;
}

enum inject inject_as(bool in_place, char *const argv[])
{
    if (!self.on || self.elsewhere || atomic_load(&self.left))
        return INJECT_NOTHING;
    if (!atomic_load(&self.page->served) || inherits(FDS_MAY_LISTEN) ||
        (in_place && !atomic_load(&self.bystander) && is_server(argv)))
        return INJECT_MEMBER;
    return (self.keep_children || !works_for_client() || has_served(argv)) && library_is_there()
               ? INJECT_BYSTANDER
               : INJECT_NOTHING;
}

/* What a wrapper executes that is a bystander itself goes by the name of that. */
static uint32_t command_of(char *const argv[])
{
    uint32_t command = atomic_load(&self.bystander) ? atomic_load(&self.command) : 0;

    return command ? command : command_line_number(argv);
}

struct handoff inject_handoff(enum inject as, char *const argv[], const union handoff_fds *loan)
{
    return (struct handoff){.fds = *loan,
                            .restart_signal = self.restart_signal,
                            .keep_children = self.keep_children,
                            .bystander = as == INJECT_BYSTANDER,
                            .command = command_of(argv),
                            .library = self.library};
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

static bool own_entries(char *own[2], char *bytes, char *const envp[], const struct handoff *h)
{
    own[0] = bytes;
    own[1] = bytes + handoff_bytes();
    preload_list_put(stpcpy(stpcpy(own[1], PRELOAD_LIST), "="), envp_find(envp, PRELOAD_LIST),
                     self.library);
    return handoff_format(h, own[0]);
}

char *const *inject_environment(char *const envp[], const struct handoff *h, char **entries,
                                char *bytes)
{
    char **to = entries + 2;

    if (!own_entries(entries, bytes, envp, h))
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

char *inject_prefix(char *to, char *const envp[], const struct handoff *h)
{
    char *own[2]; /* behind what is made of them */

    if (!own_entries(own, to + quoted_bytes(envp), envp, h))
        return to;
    to = append_quoted(stpcpy(to, "export "), own[0]);
    return stpcpy(append_quoted(stpcpy(to, " "), own[1]), "; ");
}
