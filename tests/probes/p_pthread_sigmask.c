/* SPDX-License-Identifier: ISC */
#include "masking.h"
#include "probe.h"

PROBE(pthread_sigmask)
{
    masking_probe(pthread_sigmask);
}
