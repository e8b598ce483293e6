/* SPDX-License-Identifier: ISC */
#include "process/predecessors.h"

#include <errno.h>

#include "process/self.h"

static int32_t predecessors[PAGE_PREDECESSORS];
static unsigned count;

void predecessors_take(void)
{
    int32_t pid;

    for (; count < PAGE_PREDECESSORS && (pid = self.page->predecessors[count]) != 0; count++)
        predecessors[count] = pid;
}

bool predecessors_has(pid_t pid)
{
    for (unsigned i = 0; i < count; i++)
        if (predecessors[i] == pid)
            return pid > 0;
    return false;
}

bool predecessors_hide(pid_t pid)
{
    if (!(self_attention() & ATTENTION_STARTING) || !predecessors_has(pid))
        return false;
    predecessors_looked(pid);
    errno = ESRCH;
    return true;
}

void predecessors_looked(pid_t pid)
{
    if (atomic_exchange(&self.page->looked_for, pid) == 0)
        self_ring();
}
