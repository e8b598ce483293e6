/* SPDX-License-Identifier: ISC */
#include "executing.h"
#include "probe.h"

PROBE(posix_spawn)
{
    executing_spawn_probe(posix_spawn, "child");
}
