/* SPDX-License-Identifier: ISC */
#include "process/timeouts.h"

#include <sys/select.h>
#include <sys/socket.h>
#include <stdint.h>

#include "process/fdtab.h"

static uint32_t kept[FD_SETSIZE]; /* by number, in milliseconds; 0: there is none */

static bool ask(int fd, struct timeval *limit)
{
    socklen_t len = sizeof *limit;

    return getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, limit, &len) == 0 &&
           (limit->tv_sec || limit->tv_usec);
}

bool timeouts_get(int fd, struct timespec *limit)
{
    uint32_t ms = fdtab_kind(fd) == FD_PLACEHOLDER && fd < FD_SETSIZE ? kept[fd] : 0;
    struct timeval asked = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    bool limited = ms > 0 || ask(fd, &asked);

    *limit = (struct timespec){.tv_sec = asked.tv_sec, .tv_nsec = asked.tv_usec * 1000};
    return limited;
}

/* More than it holds is as good as that. */
static uint32_t milliseconds(const struct timeval *limit)
{
    return limit->tv_sec >= UINT32_MAX / 1000
               ? UINT32_MAX
               : (uint32_t)(limit->tv_sec * 1000 + (limit->tv_usec + 999) / 1000);
}

void timeouts_keep(int fd)
{
    struct timeval limit;

    if (fd < FD_SETSIZE)
        kept[fd] = ask(fd, &limit) ? milliseconds(&limit) : 0;
}
