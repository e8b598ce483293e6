/* SPDX-License-Identifier: ISC */
/* Hooks of locks on files (fcntl(), which has them as well, is in fd.c): which are refused to a
 * generation that starts beside another one.  A lock that is waited for is tried first.  PostgreSQL
 * looks whether anybody is attached to the shared memory of its data directory. */
#include <sys/file.h>
#include <sys/shm.h>
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "libc/export.h"
#include "libc/real.h"
#include "process/refusals.h"

static int flock_noted(int fd, int operation)
{
    int r = real.flock(fd, operation | LOCK_NB);
    struct page_refusal *awaited;

    if (r == 0 || errno != EWOULDBLOCK)
        return r;
    if (operation & LOCK_NB) {
        refusals_note(fd);
        return r;
    }
    awaited = refusals_await(fd);
    r = real.flock(fd, operation);
    refusals_awaited(awaited);
    return r;
}

EXPORT int flock(int fd, int operation)
{
    return refusals_count() ? flock_noted(fd, operation) : real.flock(fd, operation);
}

/* As POSIX has it either error says that another process has the lock. */
static int lockf_noted(int fd, int cmd, off_t size)
{
    int r = real.lockf(fd, cmd == F_LOCK ? F_TLOCK : cmd, size);
    struct page_refusal *awaited;

    if (r == 0 || (errno != EAGAIN && errno != EACCES))
        return r;
    if (cmd != F_LOCK) {
        refusals_note(fd);
        return r;
    }
    awaited = refusals_await(fd);
    r = real.lockf(fd, cmd, size);
    refusals_awaited(awaited);
    return r;
}

EXPORT int lockf(int fd, int cmd, off_t size)
{
    return refusals_count() ? lockf_noted(fd, cmd, size) : real.lockf(fd, cmd, size);
}

ALIAS(lockf64, lockf); /* two functions in libc, but off_t is the same */

EXPORT int shmctl(int id, int cmd, struct shmid_ds *ds)
{
    int r = real.shmctl(id, cmd, ds);

    if (refusals_count() && r == 0 && cmd == IPC_STAT && ds->shm_nattch > 0)
        refusals_note_segment(id);
    return r;
}
