/* SPDX-License-Identifier: ISC */
#include "supervisor/state/command.h"

#include <sys/stat.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[PATH_MAX];

static bool is_here(const char *path)
{
    struct stat there, here;

    return stat(path, &there) == 0 && stat(".", &here) == 0 && there.st_ino == here.st_ino &&
           there.st_dev == here.st_dev;
}

/* $PWD when it is true: it keeps the symlinks of the way here. */
const char *command_directory(void)
{
    const char *pwd = getenv("PWD");

    if (directory[0])
        return directory;
    if (pwd && pwd[0] == '/' && strlen(pwd) < sizeof directory && is_here(pwd))
        strcpy(directory, pwd);
    else if (!getcwd(directory, sizeof directory))
        directory[0] = '\0';
    return directory;
}
