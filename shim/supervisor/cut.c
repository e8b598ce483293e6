/* SPDX-License-Identifier: ISC */
#include "cut.h"

#include <sys/uio.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "holding.h"
#include "report.h"
#include "retire.h"
#include "supervisor.h"

enum { NAMED = 100 }; /* more are only counted */

static int fd_of_inode(pid_t pid, unsigned long inode)
{
    char path[64], want[64], target[64];
    struct dirent *entry;
    int fd = -1;
    DIR *dir;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    snprintf(want, sizeof want, "socket:[%lu]", inode);
    dir = opendir(path);
    while (dir && fd < 0 && (entry = readdir(dir))) {
        ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof target - 1);

        if (n < 0)
            continue;
        target[n] = '\0';
        if (strcmp(target, want) == 0)
            fd = atoi(entry->d_name);
    }
    if (dir)
        closedir(dir);
    return fd;
}

static uint64_t ages_of(const struct generation *g, pid_t pid)
{
    for (unsigned i = 0; i < PAGE_SLOTS && i < atomic_load(&g->page->hint); i++)
        if (atomic_load(&g->page->slots[i].pid) == pid && !atomic_load(&g->page->slots[i].away))
            return atomic_load(&g->page->slots[i].ages);
    return 0;
}

/* Seconds since accept(), from the process's own table; -1 where it has none. */
static long age_of(const struct generation *g, const struct truth_conn *c)
{
    uint64_t table = c->pid > 0 ? ages_of(g, c->pid) : 0;
    int fd = table ? fd_of_inode(c->pid, c->inode) : -1;
    uint32_t accepted = 0;
    struct iovec local = {&accepted, sizeof accepted};
    struct iovec remote = {(void *)(uintptr_t)(table + 4 * (uint64_t)(fd < 0 ? 0 : fd)), 4};

    if (fd < 0 || process_vm_readv(c->pid, &local, 1, &remote, 1, 0) != 4 || accepted == 0)
        return -1;
    return (long)time(NULL) - (long)accepted;
}

static void name_connection(const struct generation *g, const struct truth_conn *c)
{
    char peer[TRUTH_PEER];
    long age = age_of(g, c);

    truth_peer(c, peer);
    if (age >= 0)
        report(REPORT_WARNING, "generation %u: cutting connection of %s, age %ld s, process %d",
               g->number, peer, age, (int)c->pid);
    else
        report(REPORT_WARNING, "generation %u: cutting connection of %s, age unknown, process %d",
               g->number, peer, (int)c->pid);
}

void cut_connections(struct generation *g)
{
    struct truth_conn *conns;
    size_t nconns;

    holding_list(g, &conns, &nconns);
    report(REPORT_WARNING, "generation %u: drain deadline reached, %zu connection%s cut", g->number,
           nconns, nconns == 1 ? "" : "s");
    for (size_t i = 0; i < nconns && i < NAMED; i++)
        name_connection(g, &conns[i]);
    free(conns);
    retire_begin(g, supervisor.options.stop_signal ? supervisor.options.stop_signal : SIGTERM);
}
