/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "executing.h"
#include "probe.h"

static int call(const char *path, char *const envp[])
{
    (void)envp;
    return execlp(path, "name", "x", (char *)NULL);
}

PROBE(execlp)
{
    executing_probe(call, EXEC_SEARCHES_PATH);
}
