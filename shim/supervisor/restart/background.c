/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/background.h"

#include <sys/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "supervisor/generation/create.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/restart/permission.h"
#include "supervisor/restart/readiness.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/retire.h"
#include "supervisor/step/stdio.h"

enum { STAYS_MS = 200 };

static int64_t due = CLOCK_NEVER; /* when the caller is let go */
static int gate[2] = {-1, -1};    /* where the process that he started waits for us */

/* The generations are no children of the new process, nor will their orphans be. */
static void take_over(struct generation *g)
{
    g->exited = true;
    atomic_store(&g->page->supervisor, getpid());
    g->tree.foreign = true;
    generation_scan(g);
}

static bool background(void)
{
    struct generation *g;
    pid_t pid;

    TAILQ_FOREACH (g, &generation_list, link)
        generation_scan(g);
    readiness_end(); /* they would be no children of the new process: begun anew there */
    permission_end();
    pid = fork();
    if (pid < 0)
        log_line(LEVEL_ERROR, "fork: %s; nobody is left to watch the server", strerror(errno));
    if (pid != 0)
        return false;
    setsid();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    TAILQ_FOREACH (g, &generation_list, link)
        take_over(g);
    return true;
}

void background_go(void)
{
    char nothing;

    if (pipe2(gate, O_CLOEXEC) < 0)
        log_line(LEVEL_WARNING, "pipe: %s; the caller may be too early to ask us", strerror(errno));
    if (!background()) {
        close(gate[1]);
        _exit(read(gate[0], &nothing, 1) > 0); /* it ends when we can be asked */
    }
}

void background_arrived(void)
{
    close(gate[0]);
    close(gate[1]);
    log_line(LEVEL_INFO, "generation %u went into the background", supervisor.current->number);
    stdio_watch(clock_ms());
}

/* What a script leaves behind (a coprocess of a shell) is just about to end. A daemon is known by
 * its listener, or stays. */
void background_follow(struct generation *g)
{
    if (g->number == 1) /* else the caller was let go, or expects us to stay */
        due = clock_ms() + STAYS_MS;
}

bool background_due(int64_t now)
{
    struct generation *g = supervisor.current;

    if (due == CLOCK_NEVER || !g)
        return false;
    if (now < due && generation_listeners(g).used == 0) {
        supervisor_wake_at(due);
        return false;
    }
    due = CLOCK_NEVER;
    return true;
}

/* It has connections, or something to finish. */
static bool is_leaving(const struct generation *g)
{
    return g->state == GENERATION_DRAINING ||
           (g->state == GENERATION_RETIRING && g->killed != SIGKILL);
}

static bool any_leaving(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (is_leaving(g) && (g != supervisor.current || generation_lives(g)))
            return true;
    return false;
}

/* One that was starting: nobody looks whether it gets ready any more. */
static void retire_others(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state < GENERATION_DRAINING)
            retire_kill(g);
}

bool background_last(void)
{
    struct generation *ended = supervisor.current;

    if (!any_leaving() || !background())
        return false;
    supervisor.current = supervisor.next = NULL;
    if (ended && !is_leaving(ended))
        generation_free(ended);
    retire_others();
    return true;
}
