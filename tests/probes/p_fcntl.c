/* SPDX-License-Identifier: ISC */
#include <fcntl.h>

#include "copying.h"
#include "probe.h"

PROBE(fcntl)
{
    copying_fcntl_probe(fcntl);
}
