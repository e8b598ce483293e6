/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "probe.h"
#include "truncating.h"

PROBE(ftruncate)
{
    truncating_open_probe(ftruncate);
}
