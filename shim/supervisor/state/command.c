/* SPDX-License-Identifier: ISC */
#include "supervisor/state/command.h"

#include <sys/stat.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_here(const char *path)
{
    struct stat there, here;

    return stat(path, &there) == 0 && stat(".", &here) == 0 && there.st_ino == here.st_ino &&
           there.st_dev == here.st_dev;
}

/* $PWD when it is true: it keeps the symlinks of the way here. */
static const char *find_directory(void)
{
    static char directory[PATH_MAX];
    const char *pwd = getenv("PWD");

    if (pwd && pwd[0] == '/' && strlen(pwd) < sizeof directory && is_here(pwd))
        strcpy(directory, pwd);
    else if (!getcwd(directory, sizeof directory))
        directory[0] = '\0';
    return directory;
}

void command_note(struct command *c, const char *mask)
{
    sigset_t blocked;

    c->directory = find_directory();
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
