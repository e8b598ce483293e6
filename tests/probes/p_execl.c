/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "actors.h"
#include "executing.h"
#include "probe.h"

static int call(const char *path, char *const envp[])
{
    (void)envp;
    return execl(path, "name", "x", (char *)NULL);
}

/* More arguments than registers; the first may be none at all. */
static int many(void)
{
    return execl(executing_child(), "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "",
                 (char *)NULL);
}

PROBE(execl)
{
    in_child("many arguments", many);
    executing_probe(call, 0);
}
