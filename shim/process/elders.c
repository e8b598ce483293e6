/* SPDX-License-Identifier: ISC */
#include "process/elders.h"

#include "process/self.h"

static int32_t elders[PAGE_ELDERS];
static unsigned count;

void elders_take(void)
{
    int32_t pid;

    for (; count < PAGE_ELDERS && (pid = self.page->elders[count]) != 0; count++)
        elders[count] = pid;
}

bool elders_has(pid_t pid)
{
    for (unsigned i = 0; i < count; i++)
        if (elders[i] == pid)
            return pid > 0;
    return false;
}
