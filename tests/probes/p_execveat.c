/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <unistd.h>

#include "actors.h"
#include "executing.h"
#include "probe.h"

static int call(const char *path, char *const envp[])
{
    return execveat(AT_FDCWD, path, executing_argv, envp ? envp : environ, 0);
}

static int by_number(void)
{
    int fd = open(executing_child(), O_PATH | O_CLOEXEC);

    return execveat(fd, "", executing_argv, executing_envp, AT_EMPTY_PATH);
}

PROBE(execveat)
{
    int fd = open(executing_child(), O_PATH | O_CLOEXEC);

    TRY(execveat(77, "relative", executing_argv, environ, 0));
    TRY(execveat(AT_FDCWD, "/", executing_argv, environ, 0x1));
    TRY(execveat(fd, "", executing_argv, environ, 0));
    in_child("by number", by_number);
    close(fd);
    executing_probe(call, EXEC_TAKES_ENVIRONMENT);
}
