/* SPDX-License-Identifier: ISC */
#include "probe.h"
#include "reopening.h"

PROBE(freopen64)
{
    reopening_probe(freopen64);
}
