/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "probe.h"
#include "unlinking.h"

PROBE(link)
{
    linking_probe(link);
    TRY(link(NULL, "another"));
}
