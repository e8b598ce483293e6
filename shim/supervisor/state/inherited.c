/* SPDX-License-Identifier: ISC */
#include "supervisor/state/inherited.h"

#include <sys/socket.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
    int *fd;
    size_t n, room;
} kept;

static bool is_option(int fd, int option, int value)
{
    int is = -1;
    socklen_t len = sizeof is;

    return getsockopt(fd, SOL_SOCKET, option, &is, &len) == 0 && is == value;
}

static bool make_room(void)
{
    size_t room = kept.room ? 2 * kept.room : 32;
    int *more = realloc(kept.fd, room * sizeof *more);

    if (more) {
        kept.fd = more;
        kept.room = room;
    }
    return more != NULL;
}

/* O_PATH: reads and writes fail as on a closed number, and it needs no /dev. */
void inherited_hold_closed(void)
{
    int fd;

    do
        fd = open("/", O_PATH | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

bool inherited_keep(int fd)
{
    if (fd <= STDERR_FILENO ||
        (!is_option(fd, SO_ACCEPTCONN, 1) && !is_option(fd, SO_TYPE, SOCK_DGRAM)) ||
        (kept.n == kept.room && !make_room()))
        return false;
    kept.fd[kept.n++] = fd;
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

int inherited_copy(size_t *at)
{
    return *at < kept.n ? fcntl(kept.fd[(*at)++], F_DUPFD_CLOEXEC, STDERR_FILENO + 1) : -1;
}

void inherited_close(void)
{
    while (kept.n > 0)
        close(kept.fd[--kept.n]);
}
