/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "executing.h"
#include "probe.h"

static int call(const char *path, char *const envp[])
{
    return execle(path, "name", "x", (char *)NULL, envp ? envp : environ);
}

PROBE(execle)
{
    executing_probe(call, EXEC_TAKES_ENVIRONMENT);
}
