/* SPDX-License-Identifier: ISC */
#include "process/connections.h"

#include <time.h>

struct connection_note connections_notes[PAGE_NOTES];
_Static_assert((int)PAGE_NOTES == (int)FDTAB_SIZE, "each number has a note");

static _Atomic uint32_t forked; /* when this process was the parent last */

static void mark_copied(int fd)
{
    if ((unsigned)fd < FDTAB_SIZE)
        atomic_fetch_or(&connections_notes[fd].stream, CONNECTION_COPIED);
}

uint8_t connections_renumber(int fd, int from)
{
    if (!fdtab_reaches(fd))
        return FD_NONE;
    return connections_enter(fd,
                             (unsigned)from < FDTAB_SIZE ? connections_notes[from].accepted : 0);
}

uint8_t connections_copied(int fd, int from)
{
    uint8_t was = connections_renumber(fd, from);

    mark_copied(fd);
    mark_copied(from);
    return was;
}

/* The clock of the notes: what comes in the same second counts as before. */
void connections_forking(void)
{
    atomic_store(&forked, (uint32_t)time(NULL));
}

void connections_forked(void)
{
    for (int fd = fdtab_next(0, FDS_ACCEPTED); fd >= 0; fd = fdtab_next(fd + 1, FDS_ACCEPTED))
        mark_copied(fd);
    atomic_store(&forked, 0);
}

bool connections_is_copied(int fd)
{
    const struct connection_note *note = &connections_notes[fd];

    return note->accepted <= atomic_load(&forked) ||
           (atomic_load(&note->stream) & CONNECTION_COPIED);
}

void connections_take(int fd, uint32_t age)
{
    fdtab_set(fd, FD_TAKEN);
    if ((unsigned)fd < FDTAB_SIZE)
        connections_notes[fd] = (struct connection_note){.accepted = age};
    atomic_fetch_add(&self.slot->connections, 1);
}

int connections_close_and_ring(int fd)
{
    int r = real.close(fd);

    self_ring();
    return r;
}

void connections_join(void)
{
    atomic_store(&self.slot->notes, (uint64_t)(uintptr_t)connections_notes);
    atomic_store(&self.slot->connections, (int32_t)fdtab_count(FDS_ACCEPTED));
}

/* A close in progress also looks like one that was never done: only what stays counts. */
void connections_recount(void)
{
    static int32_t excess;
    int32_t counted = atomic_load(&self.slot->connections);
    int32_t known = (int32_t)fdtab_count(FDS_ACCEPTED);
    int32_t now = counted - known;

    if (now != 0 && now == excess)
        atomic_compare_exchange_strong(&self.slot->connections, &counted, known);
    excess = now;
}
