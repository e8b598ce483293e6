/* SPDX-License-Identifier: ISC */
/* What recv() becomes with _FORTIFY_SOURCE. */
#include <sys/resource.h>

#include "actors.h"
#include "data_ways.h"
#include "probe.h"
#include "reading.h"

ssize_t __recv_chk(int fd, void *buffer, size_t n, size_t size, int flags);

static ssize_t call(int fd, void *buffer, size_t n, int flags)
{
    return __recv_chk(fd, buffer, n, n, flags);
}

static int too_small(void)
{
    const struct rlimit none = {0, 0};
    char buffer[8];

    setrlimit(RLIMIT_CORE, &none);
    TRY(__recv_chk(-1, buffer, 8, 8, 0));
    TRY(__recv_chk(-1, buffer, 8, 7, 0));
    return 0;
}

PROBE(__recv_chk)
{
    in_child("a buffer that is too small", too_small);
    reading_probe(call, DATA_HAS_FLAGS | DATA_CANCELS);
}
