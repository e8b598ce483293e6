/* SPDX-License-Identifier: ISC */
#include <sys/shm.h>
#include <stddef.h>

#include "probe.h"

PROBE(shmctl)
{
    struct shmid_ds ds = {0};
    int id = shmget(IPC_PRIVATE, 4096, 0600);
    void *at = shmat(id, NULL, 0);

    TRY(shmctl(id, IPC_STAT, &ds));
    say("size %zu, attached %lu", ds.shm_segsz, (unsigned long)ds.shm_nattch);
    TRY(shmctl(id, IPC_STAT, (void *)1));
    TRY(shmctl(id, 77, &ds));
    TRY(shmdt(at));
    TRY(shmctl(id, IPC_RMID, NULL));
    TRY(shmctl(id, IPC_STAT, &ds));
    TRY(shmctl(-1, IPC_STAT, &ds));
}
