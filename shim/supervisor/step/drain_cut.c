/* SPDX-License-Identifier: ISC */
#include "supervisor/step/drain_cut.h"

#include <sys/uio.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "protocol/page.h"
#include "supervisor/generation/connections.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/retire.h"

enum {
    NAMED = 100,   /* more are only counted */
    READ_MS = 500, /* for the ages of all of them */
    UNKNOWN = -1,
};

static uint64_t ages_of(const struct generation *g, pid_t pid)
{
    const struct page_slot *slot = slots_find(g, pid);

    return slot && !atomic_load(&slot->away) ? atomic_load(&slot->ages) : 0;
}

/* What can't be is not known: where the table is is the word of whoever wrote the slot. */
static int age_of(const struct generation *g, const struct kernel_connection *c)
{
    uint64_t table = c->pid > 0 ? ages_of(g, c->pid) : 0;
    int fd = table ? procfs_socket_fd(c->pid, c->inode) : -1;
    uint32_t accepted = 0;
    struct iovec local = {&accepted, sizeof accepted};
    struct iovec remote = {(void *)(uintptr_t)(table + sizeof accepted * (uint64_t)fd),
                           sizeof accepted};
    time_t age;

    if (fd < 0 || fd >= PAGE_AGES ||
        process_vm_readv(c->pid, &local, 1, &remote, 1, 0) != (ssize_t)sizeof accepted)
        return UNKNOWN;
    age = time(NULL) - (time_t)accepted;
    return age >= 0 && age <= time(NULL) - g->started_at + 1 ? (int)age : UNKNOWN;
}

/* By a child: a page of that process may be a file on a file system that it serves itself, and then
 * reading it lasts as long as it likes. */
static bool child_reads(const struct generation *g, const struct kernel_connection *conns, size_t n,
                        int *ages, const int ends[2])
{
    struct pollfd p = {.fd = ends[0], .events = POLLIN};
    pid_t child = fork();

    if (child == 0) {
        for (size_t i = 0; i < n; i++)
            ages[i] = age_of(g, &conns[i]);
        _exit(write(ends[1], ages, n * sizeof *ages) < 0);
    }
    if (child > 0 && poll(&p, 1, READ_MS) > 0)
        return read(ends[0], ages, n * sizeof *ages) == (ssize_t)(n * sizeof *ages);
    if (child > 0)
        kill(child, SIGKILL);
    return false;
}

/* Seconds since accept(), of `n` connections and NAMED at most. */
static void read_ages(const struct generation *g, const struct kernel_connection *conns, size_t n,
                      int *ages)
{
    int ends[2];
    bool known = false;

    if (n > 0 && pipe2(ends, O_CLOEXEC) == 0) {
        known = child_reads(g, conns, n, ages, ends);
        close(ends[0]);
        close(ends[1]);
    }
    for (size_t i = 0; i < n && !known; i++)
        ages[i] = UNKNOWN;
}

static void name_connection(const struct generation *g, const struct kernel_connection *c, int age)
{
    char peer[KERNEL_PEER], known[24] = "unknown";

    kernel_peer(c, peer);
    if (age != UNKNOWN)
        snprintf(known, sizeof known, "%d s", age);
    log_line(LEVEL_WARNING, "generation %u: cutting connection of %s, age %s, process %d",
             g->number, peer, known, (int)c->pid);
}

/* What it has waited for, if for no connection that the kernel knows. */
static void describe_wait(struct generation *g, char *text, size_t size)
{
    struct slots_count c = slots_count(g);

    if (!(atomic_load(&g->page->attention) & ATTENTION_DRAINING))
        snprintf(text, size, "the queue of a listener was not emptied");
    else if (c.undrained > 0)
        snprintf(text, size, "%u of %u processes did not give up their listeners", c.undrained,
                 c.processes);
    else if (c.connections > 0)
        snprintf(text, size, "its processes count %u connection%s that the kernel does not show",
                 c.connections, c.connections == 1 ? "" : "s");
    else
        snprintf(text, size, "it had not come to rest");
}

static void report_end(struct generation *g, size_t nconns)
{
    char text[96];

    if (nconns > 0 || g->hurried)
        snprintf(text, sizeof text, "%zu connection%s cut", nconns, nconns == 1 ? "" : "s");
    else
        describe_wait(g, text, sizeof text);
    log_line(LEVEL_WARNING, "generation %u: %s, %s", g->number,
             g->hurried   ? "ends at once, as was asked"
             : g->surplus ? "makes room for younger ones"
                          : "drain deadline reached",
             text);
}

void drain_cut(struct generation *g)
{
    struct kernel_connection *conns;
    size_t nconns, named;
    int ages[NAMED];

    generation_connections(g, &conns, &nconns);
    named = nconns < NAMED ? nconns : NAMED;
    read_ages(g, conns, named, ages);
    report_end(g, nconns);
    for (size_t i = 0; i < named; i++)
        name_connection(g, &conns[i], ages[i]);
    free(conns);
    retire_begin(g);
}
