/* SPDX-License-Identifier: ISC */
#include "handling.h"
#include "probe.h"

PROBE(signal)
{
    handling_probe(signal);
    handling_error_probe(signal);
}
