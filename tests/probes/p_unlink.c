/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "probe.h"
#include "unlinking.h"

PROBE(unlink)
{
    unlinking_probe(unlink);
    TRY(unlink(NULL));
    TRY(unlink("/"));
}
