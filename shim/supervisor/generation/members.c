/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/members.h"

#include <sys/wait.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "protocol/signals.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/supervisor.h"

void generation_spawned(struct generation *g, pid_t main)
{
    g->main = main;
    g->main_start = tree_start_time(main);
    tree_plant(&g->tree, main, getpid());
}

int generation_scan(struct generation *g)
{
    /* Where no walk leads to all of them, those that the page names are looked at, too.  How many
     * those are may change meanwhile. */
    unsigned named = g->tree.foreign || !procfs_usable() ? slots_used(g) : 0, used = 0;
    struct tree_root *roots = calloc(1 + named, sizeof *roots);
    int r;

    if (!roots)
        return -ENOMEM;
    /* also when it has died: a child that has not joined yet is in its group */
    if (g->main > 0)
        roots[used++] = (struct tree_root){.pid = g->main, .start = g->main_start};
    for (unsigned i = 0; i < named; i++)
        roots[used++] =
            (struct tree_root){.pid = atomic_load(&g->page->slots[i].pid), .named = true};
    r = tree_scan(&g->tree, roots, used, getpid());
    g->scanned = clock_ms();
    free(roots);
    return r;
}

static bool is_top(const struct generation *g, const struct procfs_stat *p)
{
    return !tree_has(&g->tree, p->ppid);
}

/* The shim tells it by the value: see entry/signal_handler.c. */
static void pass(pid_t pid, int sig)
{
    const union sigval value = {.sival_int = SIGNALS_HANGUP};

    if (sig != supervisor.options.signal || sigqueue(pid, sig, value) < 0)
        kill(pid, sig);
}

static size_t signal_one(struct generation *g, pid_t pid, int sig, generation_choice *choose)
{
    int chosen = choose(g, pid, sig);

    if (chosen)
        pass(pid, chosen);
    return chosen != 0;
}

/* To those that are no child of another of it. How many got it. */
static size_t signal_tops(struct generation *g, int sig, generation_choice *choose)
{
    size_t n = 0;

    if (generation_scan(g) < 0)
        return 0;
    for (size_t i = 0; i < g->tree.n; i++)
        if (is_top(g, &g->tree.proc[i]))
            n += signal_one(g, g->tree.proc[i].pid, sig, choose);
    return n;
}

size_t generation_signal_chosen(struct generation *g, int sig, generation_choice *choose)
{
    return g->exited ? signal_tops(g, sig, choose) : signal_one(g, g->main, sig, choose);
}

static int the_same(struct generation *g, pid_t pid, int sig)
{
    (void)g, (void)pid;
    return sig;
}

void generation_signal(struct generation *g, int sig)
{
    generation_signal_chosen(g, sig, the_same);
}

/* Has it been stopped, or will it be as soon as it runs?  In this order: the kernel makes one of
 * the other. */
static bool is_to_continue(pid_t pid)
{
    struct procfs_stat p;

    return tree_has_pending(pid, SIGSTOP) || (procfs_stat(pid, &p) == 0 && p.state == 'T');
}

static void continue_one(pid_t pid)
{
    if (is_to_continue(pid))
        kill(pid, SIGCONT);
}

void generation_continue(struct generation *g)
{
    if (!g->exited)
        continue_one(g->main);
    for (size_t i = 0; g->exited && i < g->tree.n; i++)
        if (is_top(g, &g->tree.proc[i]))
            continue_one(g->tree.proc[i].pid);
}

/* Without /proc only those that the page names are seen.  Who is left of a group whose leader has
 * gone is our child. */
static bool group_lives(const struct generation *g)
{
    siginfo_t info;

    if (g->main <= 0 || procfs_usable())
        return false;
    return !g->exited || waitid(P_PGID, (id_t)g->group, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* Somebody has the other end.  He may keep it for spite, so nobody waits for him to be killed. */
static bool is_connected(const struct generation *g)
{
    struct pollfd p = {.fd = g->control};

    return (g->tree.foreign || !procfs_usable()) && g->state != GENERATION_RETIRING &&
           g->control >= 0 && poll(&p, 1, 0) == 0;
}

/* Also while one that is about to exit hides who is below it. */
static bool may_live(struct generation *g)
{
    return generation_scan(g) < 0 || g->tree.n > 0 || g->tree.unsure || group_lives(g) ||
           is_connected(g);
}

/* Not on one look: while one looks a daemon's child joins and leaves the session of its parent,
 * which has exited, or forks once more and exits itself. */
static bool is_found_living(struct generation *g)
{
    enum { LOOKS = 10 };
    unsigned gone = 0;
    uint64_t seen;

    for (int i = 0; i < LOOKS; i++, gone = g->tree.gone) {
        seen = slots_sum(g);
        if (may_live(g))
            return true;
        if (i > 0 && slots_sum(g) == seen && g->tree.gone == gone)
            break;
    }
    return false;
}

void generation_watch(struct generation *g)
{
    struct pollfd p = {.fd = g->witness, .events = POLLIN};

    if (g->witness < 0 || poll(&p, 1, 0) == 0)
        return;
    close(g->witness);
    g->witness = -1;
}

bool generation_lives(struct generation *g)
{
    enum { LOOKS = 10, LOOK_MS = 1000 };

    generation_watch(g);
    for (int i = 0; i < LOOKS && g->witness < 0; i++) {
        if (!is_found_living(g))
            return false;
        g->witness = tree_watch(&g->tree);
        if (g->witness != -ESRCH)
            break;
    }
    if (g->witness < 0) { /* no pidfd to be had, or what is left has not been found */
        g->witness = -1;
        supervisor_wake_in(LOOK_MS);
    }
    return true;
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
        kill(-generation_group(g), sig);
    if (group_lives(g))
        kill(-generation_group(g), sig);
}
