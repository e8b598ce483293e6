/* SPDX-License-Identifier: ISC */
#include "process/bystander.h"

#include <errno.h>
#include <unistd.h>

#include "libc/real.h"
#include "process/fdtab.h"
#include "process/own_signals.h"

/* Any process of the server: it stays in its session, or leads the one that all others are in. */
static pid_t server(void)
{
    pid_t keeper = atomic_load(&self.page->keeper);

    return keeper > 0 ? keeper : atomic_load(&self.page->first);
}

/* Its parent has ended: whoever reaps orphans is its parent now. */
static bool is_orphan(void)
{
    pid_t parent = getppid();

    return parent == 1 || parent == atomic_load(&self.page->supervisor);
}

static bool has_left(void)
{
    return !page_has_command(self.page, atomic_load(&self.command)) && is_orphan() &&
           getsid(0) != real.getsid(server());
}

/* What has served once is the server also when it is executed again. */
void bystander_note(void)
{
    uint32_t command = atomic_exchange(&self.command, 0);

    if (command)
        page_note_command(self.page, command);
}

/* In this order: what is done in the meantime is done as by a bystander. */
static void leave(void)
{
    const unsigned listeners = FDS_MAY_LISTEN | 1 << FD_PLACEHOLDER;

    atomic_store(&self.left, true);
    if (!atomic_exchange(&self.bystander, true))
        own_signals_give_restart();
    atomic_store(&self.slot->bystander, 1);
    for (int fd = fdtab_next(0, listeners); fd >= 0; fd = fdtab_next(fd + 1, listeners))
        fdtab_set(fd, FD_NONE);
}

bool bystander_has_left(void)
{
    if (!atomic_load(&self.left) && atomic_load(&self.slot->left))
        leave();
    return atomic_load(&self.left);
}

/* Of two threads one does it, and the other one goes on meanwhile: who is not yet told, or counted,
 * will be. */
bool bystander_joins(void)
{
    int saved = errno;
    bool left = bystander_has_left() || has_left();
    bool known = page_has_command(self.page, atomic_load(&self.command));

    if (!left && atomic_exchange(&self.bystander, false)) {
        self.late = true;
        atomic_store(&self.slot->late, !known);
        own_signals_take_restart();
        atomic_store(&self.slot->bystander, 0);
        atomic_fetch_add(&self.page->hello, 1);
        self_ring();
    }
    errno = saved;
    return !left;
}
