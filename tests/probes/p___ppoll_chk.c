/* SPDX-License-Identifier: ISC */
/* What ppoll() becomes with _FORTIFY_SOURCE. */
#include <sys/resource.h>
#include <time.h>

#include "actors.h"
#include "probe.h"
#include "waiting.h"

int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask,
                size_t size);

static int call(struct pollfd *fds, nfds_t n, int ms, const sigset_t *mask)
{
    struct timespec timeout = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

    return __ppoll_chk(fds, n, ms < 0 ? NULL : &timeout, mask, (size_t)-1);
}

static int too_small(void)
{
    const struct rlimit none = {0, 0};
    struct timespec now = {0};
    struct pollfd fds[2] = {{.fd = -1}, {.fd = -1}};

    setrlimit(RLIMIT_CORE, &none);
    TRY(__ppoll_chk(fds, 2, &now, NULL, sizeof fds));
    TRY(__ppoll_chk(fds, 2, &now, NULL, sizeof fds - 1));
    return 0;
}

PROBE(__ppoll_chk)
{
    in_child("an array that is too small", too_small);
    waiting_poll_probe(call, WAIT_TAKES_MASK | WAIT_CANCELS);
}
