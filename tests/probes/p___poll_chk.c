/* SPDX-License-Identifier: ISC */
/* What poll() becomes with _FORTIFY_SOURCE: memcached and haproxy import it. */
#include <sys/resource.h>

#include "actors.h"
#include "probe.h"
#include "waiting.h"

int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size);

static int call(struct pollfd *fds, nfds_t n, int ms, const sigset_t *mask)
{
    (void)mask;
    return __poll_chk(fds, n, ms, (size_t)-1);
}

static int too_small(void)
{
    const struct rlimit none = {0, 0};
    struct pollfd fds[2] = {{.fd = -1}, {.fd = -1}};

    setrlimit(RLIMIT_CORE, &none);
    TRY(__poll_chk(fds, 2, 0, sizeof fds));
    TRY(__poll_chk(fds, 2, 0, sizeof fds - 1));
    return 0;
}

PROBE(__poll_chk)
{
    in_child("an array that is too small", too_small);
    waiting_poll_probe(call, WAIT_CANCELS);
}
