/* SPDX-License-Identifier: ISC */
#include "executing.h"
#include "probe.h"

PROBE(posix_spawnp)
{
    executing_spawn_probe(posix_spawnp, "child");
}
