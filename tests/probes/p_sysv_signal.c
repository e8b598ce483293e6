/* SPDX-License-Identifier: ISC */
#include "handling.h"
#include "probe.h"

PROBE(sysv_signal)
{
    handling_probe(sysv_signal);
    handling_error_probe(sysv_signal);
}
