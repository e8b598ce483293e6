/* SPDX-License-Identifier: ISC */
#include "generation.h"

#include <sys/eventfd.h>
#include <sys/mman.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "report.h"
#include "restart_signal.h"
#include "supervisor.h"
struct generation_list generation_list = TAILQ_HEAD_INITIALIZER(generation_list);

/* A process of the server that made it smaller would end us with SIGBUS. Where the kernel can't
 * (memfd on ramfs) the server is worth more than that. */
static void seal_size(int memory)
{
    static bool said;

    if (fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0 || said)
        return;
    said = true;
    report(REPORT_WARNING,
           "the state page can't be sealed (%s): a process of the server can end the supervisor",
           strerror(errno));
}

static bool page_new(struct generation *g)
{
    g->memory = memfd_create("grace", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (g->memory < 0 || ftruncate(g->memory, sizeof *g->page) < 0)
        return false;
    seal_size(g->memory);
    g->page = mmap(NULL, sizeof *g->page, PROT_READ | PROT_WRITE, MAP_SHARED, g->memory, 0);
    if (g->page == MAP_FAILED) {
        g->page = NULL;
        return false;
    }
    g->page->version = PAGE_VERSION;
    g->page->generation = g->number;
    return true;
}

/* Slots beyond the hint were never claimed; reading them would allocate their memory. */
static unsigned slots_used(const struct generation *g)
{
    uint32_t hint = atomic_load(&g->page->hint);

    return hint < PAGE_SLOTS ? hint : PAGE_SLOTS;
}

static unsigned add_elder(struct page *page, unsigned n, pid_t pid)
{
    if (pid > 0 && n < PAGE_ELDERS)
        page->elders[n++] = pid;
    return n;
}

static void name_elders(struct generation *g)
{
    struct generation *other;
    unsigned n = 0;

    TAILQ_FOREACH (other, &generation_list, link) {
        if (other == g)
            continue;
        n = add_elder(g->page, n, other->main);
        for (unsigned i = 0; i < slots_used(other); i++)
            n = add_elder(g->page, n, atomic_load(&other->page->slots[i].pid));
    }
}

struct generation *generation_new(unsigned number, uint32_t attention)
{
    struct generation *g = calloc(1, sizeof *g);
    int saved;

    if (!g)
        return NULL;
    g->number = number;
    g->memory = g->bell = g->control = -1;
    g->started = g->changed = clock_ms();
    g->started_at = time(NULL);
    g->deadline = CLOCK_NEVER;
    TAILQ_INSERT_TAIL(&generation_list, g, link);
    g->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (g->bell < 0 || !page_new(g))
        goto fail;
    atomic_store(&g->page->attention, attention);
    generation_offer(g);
    name_elders(g);
    return g;
fail:
    saved = errno;
    generation_free(g);
    errno = saved;
    return NULL;
}

static void close_open(int fd)
{
    if (fd >= 0)
        close(fd);
}

void generation_free(struct generation *g)
{
    TAILQ_REMOVE(&generation_list, g, link);
    if (g->page)
        munmap(g->page, sizeof *g->page);
    close_open(g->memory);
    close_open(g->bell);
    close_open(g->control);
    tree_free(&g->tree);
    free(g);
}

/* The process that claimed the slot, 0 when it is dead or something else has its pid. */
static pid_t slot_process(const struct page_slot *slot)
{
    static long hz;
    pid_t pid = atomic_load(&slot->pid);
    unsigned long long start;

    if (pid <= 0)
        return 0;
    if (hz == 0)
        hz = sysconf(_SC_CLK_TCK);
    start = tree_start_time(pid);
    if (start == 0 || start * 1000 / (unsigned long)hz > atomic_load(&slot->born) + 10)
        return 0;
    return pid;
}

struct generation_counts generation_count(struct generation *g)
{
    struct generation_counts c = {0};

    for (unsigned i = 0; i < slots_used(g); i++) {
        const struct page_slot *slot = &g->page->slots[i];
        bool drained = atomic_load(&slot->drained) != 0;
        unsigned accepting = page_accepting(slot);
        unsigned connections = page_connections(slot);

        c.accepted += page_accepted(slot);
        if (slot_process(slot) == 0 || atomic_load(&slot->away))
            continue;
        c.processes++;
        c.undrained += !drained;
        c.deaf += atomic_load(&slot->deaf) != 0;
        c.accepting += accepting;
        c.connections += connections;
    }
    return c;
}

int generation_scan(struct generation *g)
{
    unsigned n = slots_used(g), used = 0;
    struct tree_root *roots = calloc(n + 1, sizeof *roots);
    int r;

    if (!roots)
        return -ENOMEM;
    /* also when it has died: a child that has not joined yet is in its group */
    if (g->main > 0)
        roots[used++] = (struct tree_root){.pid = g->main, .start = g->main_start};
    for (unsigned i = 0; i < n; i++) {
        const struct page_slot *slot = &g->page->slots[i];
        pid_t pid = atomic_load(&slot->pid);

        roots[used++] = (struct tree_root){.pid = pid, .gone = slot_process(slot) != pid};
    }
    r = tree_scan(&g->tree, roots, used, getpid());
    g->scanned = clock_ms();
    free(roots);
    return r;
}

static void tell(const struct page_slot *slot, int sig)
{
    pid_t pid = atomic_load(&slot->away) ? 0 : slot_process(slot);

    if (pid > 0 && tree_catches(pid, sig))
        kill(pid, sig);
}

void generation_tell(struct generation *g, int sig)
{
    for (unsigned i = 0; i < slots_used(g); i++)
        tell(&g->page->slots[i], sig);
}

void generation_tell_deaf(struct generation *g, int sig)
{
    for (unsigned i = 0; i < slots_used(g); i++)
        if (atomic_load(&g->page->slots[i].deaf))
            tell(&g->page->slots[i], sig);
}

static bool is_top(const struct generation *g, const struct procfs_stat *p)
{
    return !tree_has(&g->tree, p->ppid);
}

/* The shim tells it by the value: see restart_signal.c. */
static void pass(pid_t pid, int sig)
{
    const union sigval value = {.sival_int = RESTART_SIGNAL_HANGUP};

    if (sig != supervisor.options.signal || sigqueue(pid, sig, value) < 0)
        kill(pid, sig);
}

void generation_signal(struct generation *g, int sig)
{
    if (!g->exited) {
        pass(g->main, sig);
        return;
    }
    if (generation_scan(g) < 0)
        return;
    for (size_t i = 0; i < g->tree.n; i++)
        if (is_top(g, &g->tree.proc[i]))
            pass(g->tree.proc[i].pid, sig);
}

bool generation_had(const struct generation *g, pid_t pid)
{
    for (unsigned i = 0; i < slots_used(g); i++)
        if (atomic_load(&g->page->slots[i].pid) == pid)
            return true;
    return false;
}

/* Differs when one has joined or died since. */
static uint64_t slots_sum(const struct generation *g)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < slots_used(g); i++) {
        sum = sum * 31 + (uint64_t)atomic_load(&g->page->slots[i].pid);
        sum = sum * 31 + (uint64_t)slot_process(&g->page->slots[i]);
    }
    return sum;
}

/* While one looks a daemon's child joins and leaves the session of its parent, which has exited,
 * or forks once more and exits itself. */
bool generation_lives(struct generation *g)
{
    enum { LOOKS = 10 };
    uint64_t seen;

    for (int i = 0; i < LOOKS; i++) {
        seen = slots_sum(g);
        if (generation_scan(g) < 0 || g->tree.n > 0)
            return true;
        if (slots_sum(g) == seen)
            break;
    }
    return false;
}

/* The look that found it drained will do: what was forked since is found by the one after. */
static bool seen_just_now(const struct generation *g)
{
    enum { FRESH_MS = 10 };

    return g->state == GENERATION_RETIRING && g->tree.n > 0 && clock_ms() - g->scanned < FRESH_MS;
}

void generation_kill(struct generation *g, int sig)
{
    g->killed = sig;
    if (seen_just_now(g) || generation_scan(g) == 0)
        tree_signal(&g->tree, sig, g->exited ? 0 : g->main);
    else if (!g->exited && g->main > 0) /* no fd left to look with: at least its group */
        kill(-g->main, sig);
}

void generation_attention(struct generation *g, uint32_t set, uint32_t clear)
{
    atomic_fetch_or(&g->page->attention, set);
    atomic_fetch_and(&g->page->attention, ~clear);
}

struct generation *generation_by_pid(pid_t pid)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->main == pid && !g->exited)
            return g;
    return NULL;
}
