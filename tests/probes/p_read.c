/* SPDX-License-Identifier: ISC */
#include <sys/syscall.h>
#include <unistd.h>

#include "data_ways.h"
#include "probe.h"
#include "reading.h"

static ssize_t call(int fd, void *buffer, size_t n, int flags)
{
    (void)flags;
    return read(fd, buffer, n);
}

static ssize_t number(int fd, void *buffer, size_t n, int flags)
{
    (void)flags;
    return syscall(SYS_read, fd, buffer, n);
}

PROBE(read)
{
    reading_probe(call, DATA_CANCELS);
    say("by number");
    reading_probe(number, 0);
}
