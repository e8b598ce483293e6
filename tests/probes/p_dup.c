/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "copying.h"
#include "probe.h"

PROBE(dup)
{
    copying_probe(dup);
    close(0);
    TRY(dup(1));
    show_fds();
}
