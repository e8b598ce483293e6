/* SPDX-License-Identifier: ISC */
#include "handling.h"
#include "probe.h"

sighandler_t bsd_signal(int sig, sighandler_t handler);

PROBE(bsd_signal)
{
    handling_probe(bsd_signal);
    handling_error_probe(bsd_signal);
}
