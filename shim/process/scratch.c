/* SPDX-License-Identifier: ISC */
#include "process/scratch.h"

#include <sys/mman.h>
#include <errno.h>

#include "process/guest.h"

enum { LITTLE = 2048 };

/* Not in a vfork child: what it maps stays in its parent when it has executed something. */
char *scratch_map(size_t size)
{
    int saved = errno;
    char *room = MAP_FAILED;

    if (size > LITTLE && !guest_by_pid())
        room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    errno = saved;
    return room == MAP_FAILED ? NULL : room;
}

void scratch_unmap(char *room, size_t size)
{
    int saved = errno;

    if (room)
        munmap(room, size);
    errno = saved;
}
