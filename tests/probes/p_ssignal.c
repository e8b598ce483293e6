/* SPDX-License-Identifier: ISC */
#include "handling.h"
#include "probe.h"

PROBE(ssignal)
{
    handling_probe(ssignal);
    handling_error_probe(ssignal);
}
