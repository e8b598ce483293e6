/* SPDX-License-Identifier: ISC */
#include "masking.h"
#include "probe.h"

PROBE(sigprocmask)
{
    masking_probe(sigprocmask);
}
