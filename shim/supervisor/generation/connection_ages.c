/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/connection_ages.h"

#include <sys/uio.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "protocol/page.h"
#include "supervisor/generation/slots.h"

_Static_assert(CONNECTION_AGES * sizeof(int) <= PIPE_BUF, "a child that writes them never waits");

static uint64_t table_of(const struct generation *g, pid_t pid)
{
    const struct page_slot *slot = slots_find(g, pid);

    return slot && !atomic_load(&slot->away) ? atomic_load(&slot->ages) : 0;
}

/* What can't be is not known: where the table is is the word of whoever wrote the slot. */
static int age_of(const struct generation *g, const struct kernel_connection *c)
{
    uint64_t table = c->pid > 0 ? table_of(g, c->pid) : 0;
    uint32_t accepted = 0;
    struct iovec local = {&accepted, sizeof accepted};
    struct iovec remote = {(void *)(uintptr_t)(table + sizeof accepted * (uint64_t)c->fd),
                           sizeof accepted};
    time_t age;

    if (!table || c->fd >= PAGE_AGES || !procfs_is_socket(c->pid, c->fd, c->inode) ||
        process_vm_readv(c->pid, &local, 1, &remote, 1, 0) != (ssize_t)sizeof accepted)
        return CONNECTION_AGE_UNKNOWN;
    age = time(NULL) - (time_t)accepted;
    return age >= 0 && age <= time(NULL) - g->started_at + 1 ? (int)age : CONNECTION_AGE_UNKNOWN;
}

/* By a child: a page of that process may be a file on a file system that it serves itself, and then
 * reading it lasts as long as it likes. */
static bool child_reads(const struct generation *g, const struct kernel_connection *conns, size_t n,
                        int *ages, int patience, const int ends[2])
{
    struct pollfd p = {.fd = ends[0], .events = POLLIN};
    pid_t child = fork();

    if (child == 0) {
        for (size_t i = 0; i < n; i++)
            ages[i] = age_of(g, &conns[i]);
        _exit(write(ends[1], ages, n * sizeof *ages) < 0);
    }
    if (child > 0 && poll(&p, 1, patience) > 0)
        return read(ends[0], ages, n * sizeof *ages) == (ssize_t)(n * sizeof *ages);
    if (child > 0)
        kill(child, SIGKILL);
    return false;
}

bool connection_ages(const struct generation *g, const struct kernel_connection *conns, size_t n,
                     int *ages, int patience)
{
    int ends[2];
    bool known = n == 0;

    if (n > 0 && pipe2(ends, O_CLOEXEC) == 0) {
        known = child_reads(g, conns, n, ages, patience, ends);
        close(ends[0]);
        close(ends[1]);
    }
    for (size_t i = 0; i < n && !known; i++)
        ages[i] = CONNECTION_AGE_UNKNOWN;
    return known;
}
