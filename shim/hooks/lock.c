/* SPDX-License-Identifier: ISC */
/* Hooks of locks on files; fcntl(), which has them as well, is in fd.c.  PostgreSQL looks whether
 * anybody is attached to the shared memory of its data directory: that is a lock, too. */
#include <sys/file.h>
#include <sys/shm.h>
#include <unistd.h>

#include "libc/export.h"
#include "libc/real.h"
#include "listener/lock_call.h"
#include "listener/pid_lock.h"
#include "process/refusals.h"

EXPORT int flock(int fd, int operation)
{
    return pid_lock_watches() ? lock_call_flock(fd, operation) : real.flock(fd, operation);
}

EXPORT int lockf(int fd, int cmd, off_t size)
{
    return pid_lock_watches() ? lock_call_lockf(fd, cmd, size) : real.lockf(fd, cmd, size);
}

ALIAS(lockf64, lockf); /* two functions in libc, but off_t is the same */

EXPORT int shmctl(int id, int cmd, struct shmid_ds *ds)
{
    int r = real.shmctl(id, cmd, ds);

    if (refusals_count() && r == 0 && cmd == IPC_STAT && ds->shm_nattch > 0)
        refusals_note_segment(id);
    return r;
}
