/* SPDX-License-Identifier: ISC */
#include "supervisor/state/command.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/state/directory.h"

static void note_signals(struct command *c, const char *mask)
{
    sigset_t blocked;

    sigprocmask(SIG_SETMASK, NULL, &blocked);
    c->blocked = mask ? strtoull(mask, NULL, 16) : 0;
    for (int sig = 1; sig < NSIG; sig++) {
        struct sigaction act;

        if (!mask && sigismember(&blocked, sig) == 1)
            c->blocked |= command_bit(sig);
        if (sigaction(sig, NULL, &act) == 0 && act.sa_handler == SIG_IGN)
            c->ignored |= command_bit(sig);
    }
}

/* The loader's name for the main program is argv[0]; a bare one came from PATH. */
static const char *own_path(const char *argv0)
{
    static char path[PATH_MAX];
    ssize_t n;

    if (strchr(argv0, '/') && realpath(argv0, path))
        return path;
    n = readlink("/proc/self/exe", path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    return path;
}

/* What follows if `argument` begins with that option, else NULL. */
static char *value_of(char *argument, const char *option)
{
    size_t n = strlen(option);

    return strncmp(argument, option, n) == 0 ? argument + n : NULL;
}

bool command_parse(struct command *c, char **argv)
{
    char *option, *value, *mask = NULL, *argv0 = NULL;

    c->library = own_path(*argv);
    while (*++argv && (option = value_of(*argv, "--")) && *option)
        if ((value = value_of(option, "argv0=")))
            argv0 = value;
        else if ((value = value_of(option, "mask=")))
            mask = value;
        else
            return false;
    if (*argv && strcmp(*argv, "--") == 0)
        argv++;
    c->argv = argv;
    c->path = *argv;
    c->directory = directory_find(c->path, argv);
    note_signals(c, mask);
    c->leads = getpgrp() == getpid();
    if (*argv && argv0)
        *argv = argv0;
    return c->path && *c->path;
}

int command_recovered(char **argv)
{
    const char *number = argv[1] && !argv[2] ? value_of(argv[1], "--recover=") : NULL;

    return number ? atoi(number) : -1;
}
