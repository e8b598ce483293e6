/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "executing.h"
#include "probe.h"

static int call(const char *path, char *const envp[])
{
    (void)envp;
    return execv(path, executing_argv);
}

PROBE(execv)
{
    executing_probe(call, 0);
}
