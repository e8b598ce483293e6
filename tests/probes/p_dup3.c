/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <unistd.h>

#include "copying.h"
#include "probe.h"

static int copy(int fd)
{
    return dup3(fd, 60, O_CLOEXEC);
}

static int onto(int fd, int to)
{
    return dup3(fd, to, 0);
}

PROBE(dup3)
{
    copying_probe(copy);
    copying_onto_probe(onto);
    TRY(dup3(0, 50, O_NONBLOCK));
    TRY(dup3(0, 50, -1));
    TRY(dup3(0, 50, O_CLOEXEC));
    show_fds();
}
