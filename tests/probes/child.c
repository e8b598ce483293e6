/* SPDX-License-Identifier: ISC */
/*
 * child [ARG...]: what the probes execute.  Prints what a new program receives: arguments,
 * environment, descriptors, signals.  LD_PRELOAD and GRACE_HANDOFF are left out: until a server
 * serves, what it executes has them by design.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

static bool is_private(const char *entry)
{
    return strncmp(entry, "LD_PRELOAD=", 11) == 0 || strncmp(entry, "GRACE_HANDOFF=", 14) == 0;
}

/* Names of directories are long; the last part tells enough. */
static void show_entry(const char *what, const char *text)
{
    const char *slash = strrchr(text, '/');

    say("%s %.*s%s", what, slash ? (int)strcspn(text, "=") + 1 : 0, text, slash ? slash : text);
}

static void show_signals(const char *what, bool (*has)(int sig, const sigset_t *blocked))
{
    char line[256] = "";
    sigset_t blocked;
    size_t used = 0;

    sigprocmask(SIG_BLOCK, NULL, &blocked);
    for (int sig = 1; sig < NSIG; sig++)
        if (has(sig, &blocked))
            used += (size_t)snprintf(line + used, sizeof line - used, " %d", sig);
    say("%s:%s", what, line);
}

static bool is_ignored(int sig, const sigset_t *blocked)
{
    struct sigaction act;

    (void)blocked;
    return sigaction(sig, NULL, &act) == 0 && act.sa_handler == SIG_IGN;
}

static bool is_blocked(int sig, const sigset_t *blocked)
{
    return sigismember(blocked, sig) == 1;
}

int main(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        show_entry("argument", argv[i]);
    for (char **entry = environ; *entry; entry++)
        if (!is_private(*entry))
            show_entry("environment", *entry);
    show_fds();
    show_signals("ignored", is_ignored);
    show_signals("blocked", is_blocked);
    return 7;
}
