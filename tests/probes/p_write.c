/* SPDX-License-Identifier: ISC */
#include <sys/syscall.h>
#include <unistd.h>

#include "data_ways.h"
#include "probe.h"
#include "writing.h"

static ssize_t call(int fd, const void *data, size_t n, int flags)
{
    (void)flags;
    return write(fd, data, n);
}

static ssize_t number(int fd, const void *data, size_t n, int flags)
{
    (void)flags;
    return syscall(SYS_write, fd, data, n);
}

PROBE(write)
{
    writing_probe(call, DATA_CANCELS);
    say("by number");
    writing_probe(number, 0);
}
