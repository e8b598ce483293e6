/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "copying.h"
#include "probe.h"

static int copy(int fd)
{
    return dup2(fd, 60);
}

PROBE(dup2)
{
    copying_probe(copy);
    copying_onto_probe(dup2);
}
