/* SPDX-License-Identifier: ISC */
#include "supervisor/step/retire.h"

#include <signal.h>

#include "protocol/clock.h"
#include "supervisor/generation/create.h"
#include "supervisor/generation/detached.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/signal_name.h"
#include "supervisor/state/stop_signals.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/pid_file.h"

enum {
    UNREAD_MS = 2,        /* its messages wait until there is room for what it has sent */
    KILL_AGAIN_MS = 50,   /* what was forked while it was killed */
    KILL_SELDOM_MS = 5000 /* what can't die: it waits for a disk */
};

static void kill_again(struct generation *g, int64_t now)
{
    bool first = g->killed != SIGKILL;

    generation_kill(g, SIGKILL);
    g->pause = first ? KILL_AGAIN_MS : 2 * g->pause;
    if (g->pause > KILL_SELDOM_MS)
        g->pause = KILL_SELDOM_MS;
    g->deadline = now + g->pause;
}

void retire_kill(struct generation *g)
{
    detached_part(g);
    g->state = GENERATION_RETIRING;
    kill_again(g, clock_ms());
    supervisor_wake_in(0);
}

/* Each is asked once. What has no part in serving (a job that the server has started) is not told
 * to end, it has until then. */
static int ask(struct generation *g, pid_t pid, int sig)
{
    const struct page_slot *slot = slots_find(g, pid);
    unsigned i = slot ? (unsigned)(slot - g->page->slots) : 0;

    if (g->exited && (!slot || slots_bystander(g, pid)))
        return 0;
    if (slot && (g->asked_to_end[i / 64] >> i % 64 & 1))
        return 0;
    if (slot)
        g->asked_to_end[i / 64] |= UINT64_C(1) << i % 64;
    if (!sig)
        sig = stop_signals_of(pid);
    if (!g->killed)
        g->killed = sig;
    return sig;
}

/* A worker is told by its master, or dies with it (tornado's and those of php -S do neither): whose
 * master has ended is asked by us, as the service managers ask all of them. */
static bool ask_to_end(struct generation *g, int64_t now)
{
    size_t asked = generation_signal_chosen(g, supervisor.options.stop_signal, ask);

    if (asked > 0)
        generation_continue(g);
    g->pause = g->pause ? 2 * g->pause : KILL_AGAIN_MS;
    g->confirm = now + g->pause;
    return asked > 0;
}

void retire_begin(struct generation *g)
{
    int64_t now = clock_ms();

    g->state = GENERATION_RETIRING;
    g->pause = 0;
    g->deadline = now + supervisor.options.stop_timeout;
    /* one that is overdue may not have been told to drain: it has that time yet */
    generation_attention(g, ATTENTION_DRAINING | ATTENTION_ENDING, 0);
    if (supervisor.options.stop_signal == SIGKILL || !ask_to_end(g, now) || g->killed == SIGKILL)
        kill_again(g, now);
    supervisor_wake_in(0);
}

/* The one that served is kept until its place is taken: see restart.c. */
static void forget_generation(struct generation *g)
{
    log_line(LEVEL_INFO, "generation %u retired", g->number);
    event(EVENT_RETIRED, g->number, "");
    pid_file_retired(g);
    generation_free(g);
    listener_collect(TAILQ_EMPTY(&generation_list) ? 0 : TAILQ_FIRST(&generation_list)->number);
}

/* As long as it does SIGCHLD will tell. */
static bool main_lives(const struct generation *g)
{
    return g->main != 0 && !g->exited;
}

/* What it has sent at last may be connections.  Its messages were read before it was seen to have
 * ended; once more, and to their end. */
static bool is_heard(struct generation *g)
{
    bool once = g->unheard;

    g->unheard = true;
    return g->passing == PASSING_NOT || (once && g->unread == 0);
}

/* Where the main process has ended at its own pace, the kernel would send SIGHUP and SIGCONT to the
 * stopped ones of its group if we were not there: else nobody ever continues them. */
static void retire_one(struct generation *g, int64_t now)
{
    if (!main_lives(g) && !generation_lives(g)) {
        if (is_heard(g))
            g->state = GENERATION_RETIRED;
        supervisor_wake_in(g->unread > 0 ? UNREAD_MS : 0);
        return;
    }
    if (now >= g->deadline) {
        if (g->killed != SIGKILL)
            log_line(LEVEL_WARNING, "generation %u did not stop on SIG%s, killing it", g->number,
                     signal_name(g->killed));
        kill_again(g, now);
    } else if (!main_lives(g) && g->killed != SIGKILL) {
        tree_signal_stopped(&g->tree, SIGKILL);
        if (now >= g->confirm)
            ask_to_end(g, now);
        supervisor_wake_at(g->confirm);
    }
    supervisor_wake_at(g->deadline);
}

void retire_step(int64_t now)
{
    struct generation *g = TAILQ_FIRST(&generation_list), *after;

    for (; g; g = after) {
        after = TAILQ_NEXT(g, link);
        if (g->state == GENERATION_RETIRING)
            retire_one(g, now);
        if (g->state == GENERATION_RETIRED && g != supervisor.current)
            forget_generation(g);
    }
}
