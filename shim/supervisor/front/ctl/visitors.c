/* SPDX-License-Identifier: ISC */
#include "supervisor/front/ctl/visitors.h"

#include <poll.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "supervisor/kernel/process_tree.h"
#include "supervisor/kernel/procfs.h"

enum {
    VISITORS = 16,
    ANCESTORS = 64, /* looked at: they may change meanwhile */
    PATIENCE_MS = 1000,
};

static int visitors[VISITORS]; /* pidfds */
static unsigned n;

/* What was started from outside has no parent in the namespace. */
static pid_t started_from_outside(pid_t pid)
{
    struct procfs_stat p;

    for (int i = 0; i < ANCESTORS && procfs_stat(pid, &p) == 0 && p.ppid > 1; i++)
        pid = p.ppid;
    return pid;
}

void visitors_note(pid_t pid)
{
    int fd = getpid() == 1 && pid > 1 && n < VISITORS ? tree_pidfd(started_from_outside(pid)) : -1;

    if (fd >= 0)
        visitors[n++] = fd;
}

void visitors_leave(void)
{
    int64_t until = clock_ms() + PATIENCE_MS, now;

    while (n > 0) {
        struct pollfd p = {.fd = visitors[--n], .events = POLLIN};

        now = clock_ms();
        poll(&p, 1, now < until ? (int)(until - now) : 0);
        close(p.fd);
    }
}
