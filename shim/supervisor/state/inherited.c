/* SPDX-License-Identifier: ISC */
#include "supervisor/state/inherited.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "supervisor/state/listener.h"

static int *kept;
static size_t nkept;

bool inherited_keep(int fd)
{
    int *more = NULL;

    if (fd > STDERR_FILENO && listener_serves(fd))
        more = realloc(kept, (nkept + 1) * sizeof *more);
    if (!more)
        return false;
    kept = more;
    kept[nkept++] = fd;
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

int inherited_copy(size_t *at)
{
    return *at < nkept ? fcntl(kept[(*at)++], F_DUPFD_CLOEXEC, STDERR_FILENO + 1) : -1;
}

void inherited_close(void)
{
    while (nkept > 0)
        close(kept[--nkept]);
}
