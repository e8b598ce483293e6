/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include "probe.h"
#include "unlinking.h"

PROBE(rename)
{
    renaming_probe(rename);
    TRY(rename(NULL, "file"));
}
