/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "executing.h"
#include "probe.h"

static int call(const char *path, char *const envp[])
{
    return execvpe(path, executing_argv, envp ? envp : environ);
}

PROBE(execvpe)
{
    executing_probe(call, EXEC_TAKES_ENVIRONMENT | EXEC_SEARCHES_PATH);
}
