/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "executing.h"
#include "probe.h"

static int call(const char *path, char *const envp[])
{
    return execve(path, executing_argv, envp ? envp : environ);
}

PROBE(execve)
{
    executing_probe(call, EXEC_TAKES_ENVIRONMENT);
}
