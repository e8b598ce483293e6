/* SPDX-License-Identifier: ISC */
#include "accepting.h"
#include "probe.h"

PROBE(accept)
{
    accepting_probe(accept, true);
}
