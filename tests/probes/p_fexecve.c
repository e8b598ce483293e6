/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <unistd.h>

#include "executing.h"
#include "probe.h"

static int call(const char *path, char *const envp[])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int r = fexecve(fd, executing_argv, envp ? envp : environ);
    int error = errno;

    close(fd);
    errno = error;
    return r;
}

PROBE(fexecve)
{
    TRY(fexecve(-1, executing_argv, environ));
    TRY(fexecve(77, executing_argv, environ));
    TRY(fexecve(STDIN_FILENO, NULL, environ));
    TRY(fexecve(STDIN_FILENO, executing_argv, environ));
    executing_probe(call, EXEC_TAKES_ENVIRONMENT);
}
