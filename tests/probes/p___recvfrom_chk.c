/* SPDX-License-Identifier: ISC */
/* What recvfrom() becomes with _FORTIFY_SOURCE. */
#include <sys/resource.h>

#include "actors.h"
#include "probe.h"
#include "receiving.h"

ssize_t __recvfrom_chk(int fd, void *buffer, size_t n, size_t size, int flags,
                       struct sockaddr *from, socklen_t *len);

static long call(int fd, void *buffer, size_t n, int flags, struct sockaddr *from, socklen_t *len)
{
    return __recvfrom_chk(fd, buffer, n, n, flags, from, len);
}

static int too_small(void)
{
    const struct rlimit none = {0, 0};
    char buffer[8];

    setrlimit(RLIMIT_CORE, &none);
    TRY(__recvfrom_chk(-1, buffer, 8, 8, 0, NULL, NULL));
    TRY(__recvfrom_chk(-1, buffer, 8, 7, 0, NULL, NULL));
    return 0;
}

PROBE(__recvfrom_chk)
{
    in_child("a buffer that is too small", too_small);
    receiving_probe(call);
}
