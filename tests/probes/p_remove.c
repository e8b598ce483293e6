/* SPDX-License-Identifier: ISC */
#include <sys/stat.h>
#include <stdio.h>

#include "probe.h"
#include "unlinking.h"

PROBE(remove)
{
    unlinking_probe(remove);
    TRY(mkdir("directory", 0700));
    TRY(remove("directory"));
    TRY(remove("directory"));
}
