/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "probe.h"
#include "truncating.h"

PROBE(ftruncate64)
{
    truncating_open_probe(ftruncate64);
}
