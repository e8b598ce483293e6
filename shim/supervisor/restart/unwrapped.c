/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/unwrapped.h"

#include <string.h>

#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

enum {
    PATIENCE_MS = 500,              /* to the first look */
    LISTENING_MS = 2 * PATIENCE_MS, /* whoever is to be seen to listen has been by then */
};

/* Nothing in it has the shim: it never had, or a wrapper has executed something without. */
static bool lacks_shim(struct generation *g)
{
    if (g->exited || g->failed >= 0) /* or not yet executed */
        return false;
    return !generation_joined(g) ||
           (g->state == GENERATION_STARTING && slots_count(g).processes == 0);
}

/* At two looks: on a machine that stood still it has had no time to load anything. */
static bool still_lacks_shim(struct generation *g)
{
    bool before = g->shimless;

    g->shimless = lacks_shim(g);
    return before && g->shimless;
}

/* Some process has the shim, but what listens was never seen to. */
static bool listens_unseen(struct generation *g, struct kernel_unseen *unseen)
{
    return g->state == GENERATION_STARTING && generation_listeners(g).used == 0 &&
           generation_scan(g) == 0 && kernel_unseen_listeners(&g->tree, unseen, 1) > 0;
}

static void say_what_lacks(void)
{
    log_line(LEVEL_ERROR,
             "%s does not load libgrace.so (static or Go program, setuid, file capabilities, other "
             "libc?): it runs as without grace and can't be restarted; libgrace(7) says what helps",
             supervisor.command.path);
}

static void say_who_listens(const struct kernel_unseen *unseen)
{
    log_line(
        LEVEL_ERROR,
        "process %d listens on %s unseen by libgrace.so (Go or static program, executed with "
        "another real user, PID namespace of its own?): the server runs as without grace and can't be restarted; "
        "libgrace(7) says what helps",
        (int)unseen->pid, unseen->address);
}

/* At two looks: a server may be listening this very moment, for a moment. */
static bool still_listens(const struct kernel_unseen *now)
{
    static struct kernel_unseen before;
    bool same = before.pid == now->pid && strcmp(before.address, now->address) == 0;

    before = *now;
    return same;
}

/* A server that takes its time is looked at less and less often. */
static bool due(struct generation *g, int64_t now)
{
    if (g->look == 0)
        g->look = PATIENCE_MS;
    if (now - g->started < g->look) {
        supervisor_wake_at(g->started + g->look);
        return false;
    }
    g->look = 2 * (now - g->started);
    supervisor_wake_at(g->started + g->look);
    return true;
}

bool unwrapped_step(int64_t now)
{
    struct generation *g = supervisor.current;
    struct kernel_unseen unseen;

    if (g->unwrapped || (g->state != GENERATION_STARTING && generation_joined(g)) || !due(g, now))
        return false;
    if (still_lacks_shim(g)) {
        if (atomic_load(&g->page->failed) == 0) /* else the shim has said why */
            say_what_lacks();
    } else if (!g->shimless && now - g->started >= LISTENING_MS && listens_unseen(g, &unseen) &&
               still_listens(&unseen)) {
        say_who_listens(&unseen);
    } else {
        return false;
    }
    g->unwrapped = true;
    return true;
}

const char *unwrapped_refusal(void)
{
    struct generation *g = supervisor.current;
    struct kernel_unseen unseen;

    if (!g->unwrapped || !(lacks_shim(g) || listens_unseen(g, &unseen)))
        return NULL;
    return lacks_shim(g) ? "the server does not load libgrace.so"
                         : "the server listens unseen by libgrace.so";
}
