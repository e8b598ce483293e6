/* SPDX-License-Identifier: ISC */
/* What read() becomes with _FORTIFY_SOURCE. */
#include <sys/resource.h>

#include "actors.h"
#include "data_ways.h"
#include "probe.h"
#include "reading.h"

ssize_t __read_chk(int fd, void *buffer, size_t n, size_t size);

static ssize_t call(int fd, void *buffer, size_t n, int flags)
{
    (void)flags;
    return __read_chk(fd, buffer, n, n);
}

static int too_small(void)
{
    const struct rlimit none = {0, 0};
    char buffer[8];

    setrlimit(RLIMIT_CORE, &none);
    TRY(__read_chk(-1, buffer, 8, 8));
    TRY(__read_chk(-1, buffer, 8, 7));
    return 0;
}

PROBE(__read_chk)
{
    in_child("a buffer that is too small", too_small);
    reading_probe(call, DATA_CANCELS);
}
