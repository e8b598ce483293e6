/* SPDX-License-Identifier: ISC */
/* Hooks of locks on files (fcntl(), which has them as well, is in fd.c).  A generation that starts
 * beside another one is told that it has got a pid file; which others it is refused is noted.  A
 * lock that is waited for is tried first.  PostgreSQL looks whether anybody is attached to the
 * shared memory of its data directory. */
#include <sys/file.h>
#include <sys/shm.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "libc/export.h"
#include "libc/real.h"
#include "listener/pid_lock.h"
#include "process/refusals.h"

static int flock_watched(int fd, int operation)
{
    const struct claim asked = pid_lock_of_file(fd, operation);
    int saved = errno, r = real.flock(fd, operation | LOCK_NB);
    struct page_refusal *awaited;

    if (r < 0 && errno != EWOULDBLOCK)
        return r;
    if (r == 0 && (operation & LOCK_UN))
        pid_lock_gave_up(fd);
    else if (r == 0)
        pid_lock_had(&asked);
    if (r == 0 || pid_lock_grant(&asked)) {
        errno = saved;
        return 0;
    }
    if (operation & LOCK_NB) {
        refusals_note(fd);
        return r;
    }
    errno = saved;
    awaited = refusals_await(fd);
    r = real.flock(fd, operation);
    refusals_awaited(awaited);
    return r;
}

EXPORT int flock(int fd, int operation)
{
    return pid_lock_watches() ? flock_watched(fd, operation) : real.flock(fd, operation);
}

/* It is a lock of fcntl(), and asks for one by it, but not through the symbol table. */
static int lockf_granted(int fd, int cmd, off_t size)
{
    const struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_len = size};
    const struct claim asked = pid_lock_of_range(fd, F_SETLK, &range);

    return cmd == F_TEST ? pid_lock_hides(fd) : pid_lock_grant(&asked);
}

static void lockf_done(int fd, int cmd, off_t size)
{
    const struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_len = size};
    const struct claim asked = pid_lock_of_range(fd, F_SETLK, &range);

    if (cmd == F_ULOCK)
        pid_lock_gave_up(fd);
    else if (cmd != F_TEST)
        pid_lock_had(&asked);
}

/* As POSIX has it either error says that another process has the lock. */
static int lockf_watched(int fd, int cmd, off_t size)
{
    int saved = errno, r = real.lockf(fd, cmd == F_LOCK ? F_TLOCK : cmd, size);
    struct page_refusal *awaited;

    if (r < 0 && errno != EAGAIN && errno != EACCES)
        return r;
    if (r == 0)
        lockf_done(fd, cmd, size);
    if (r == 0 || lockf_granted(fd, cmd, size)) {
        errno = saved;
        return 0;
    }
    if (cmd != F_LOCK) {
        refusals_note(fd);
        return r;
    }
    errno = saved;
    awaited = refusals_await(fd);
    r = real.lockf(fd, cmd, size);
    refusals_awaited(awaited);
    return r;
}

EXPORT int lockf(int fd, int cmd, off_t size)
{
    return pid_lock_watches() ? lockf_watched(fd, cmd, size) : real.lockf(fd, cmd, size);
}

ALIAS(lockf64, lockf); /* two functions in libc, but off_t is the same */

EXPORT int shmctl(int id, int cmd, struct shmid_ds *ds)
{
    int r = real.shmctl(id, cmd, ds);

    if (refusals_count() && r == 0 && cmd == IPC_STAT && ds->shm_nattch > 0)
        refusals_note_segment(id);
    return r;
}
