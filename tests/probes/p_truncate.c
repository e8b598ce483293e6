/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "probe.h"
#include "truncating.h"

PROBE(truncate)
{
    truncating_probe(truncate);
}
