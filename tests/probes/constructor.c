/* SPDX-License-Identifier: ISC */
/* Only in the library: runs the probe that PROBE_EARLY names before main(), and before the
 * constructor of any library that is preloaded. */
#include <stdlib.h>
#include <unistd.h>

#include "probe.h"

static __attribute__((constructor)) void run_early(void)
{
    const char *name = getenv("PROBE_EARLY");

    if (!name)
        return;
    /* last in the environment: what remains is in its old place, and no child runs it again */
    unsetenv("PROBE_EARLY");
    probe_early = true;
    probe_run(name);
    probe_early = false;
}
