/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "probe.h"
#include "truncating.h"

PROBE(truncate64)
{
    truncating_probe(truncate64);
}
