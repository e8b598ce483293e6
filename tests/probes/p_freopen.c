/* SPDX-License-Identifier: ISC */
#include "probe.h"
#include "reopening.h"

PROBE(freopen)
{
    reopening_probe(freopen);
}
