/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/unwrapped.h"

#include <stdio.h>

#include "protocol/clock.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/slots.h"
#include "supervisor/generation/unseen.h"
#include "supervisor/kernel/program.h"
#include "supervisor/state/log.h"
#include "supervisor/state/signal_name.h"
#include "supervisor/state/supervisor.h"

enum { PATIENCE_MS = 500 }; /* to the first look */

/* The first process of those that will never have the shim; pid 0: there is none. */
struct lack {
    pid_t pid;
    enum program program;
};

/* One that has it, or may still get it, is enough. */
static bool all_lack_shim(const struct tree *t, struct lack *lack)
{
    for (size_t i = 0; i < t->n; i++) {
        enum program p = program_look(t->proc[i].pid, supervisor.command.library);

        if (p == PROGRAM_LOADED || p == PROGRAM_LOADING)
            return false;
        if (p != PROGRAM_GONE && !lack->pid)
            *lack = (struct lack){.pid = t->proc[i].pid, .program = p};
    }
    return lack->pid != 0;
}

/* Nothing in it has the shim: it never had, or a wrapper has executed something without. */
static bool lacks_shim(struct generation *g, struct lack *lack)
{
    *lack = (struct lack){.pid = 0};
    if (g->exited || g->failed >= 0) /* or not yet executed */
        return false;
    if (generation_joined(g) && (g->state != GENERATION_STARTING || slots_count(g).processes > 0))
        return false;
    return generation_scan(g) == 0 && all_lack_shim(&g->tree, lack);
}

static const char *look(struct generation *g, struct lack *lack)
{
    if (lacks_shim(g, lack))
        return "the server does not load libgrace.so";
    lack->pid = 0;
    if (!unseen_look(g))
        return NULL;
    return generation_listeners(g).used > 0 ? unseen_text(g)
                                            : "the server listens unseen by libgrace.so";
}

static const char *text_of(enum program lacking)
{
    switch (lacking) {
    case PROGRAM_STATIC:
        return "has no dynamic loader: static, or Go";
    case PROGRAM_SECURE:
        return "is setuid, setgid or has file capabilities, so the loader drops LD_PRELOAD";
    case PROGRAM_HIDDEN:
        return "may not be looked into: was it setuid?";
    default:
        return "has another libc or architecture, or was executed without LD_PRELOAD";
    }
}

static void say_what_lacks(const struct lack *lack)
{
    log_line(LEVEL_ERROR,
             "%s does not load libgrace.so (process %d %s): it runs as without grace and can't be "
             "restarted; libgrace(7) says what helps",
             supervisor.command.path, (int)lack->pid, text_of(lack->program));
}

static void say_who_listens(const struct generation *g)
{
    log_line(LEVEL_ERROR,
             "%s (Go or static program, executed with another real user, PID namespace of its own, "
             "library opened with RTLD_DEEPBIND, helper that GRACE_CHILDREN=keep would wrap?): the "
             "server runs as without grace and can't be restarted; libgrace(7) says what helps",
             unseen_text(g));
}

static void say(struct generation *g, const struct lack *lack)
{
    g->unwrapped = true;
    g->hello = atomic_load(&g->page->hello);
    if (!lack->pid)
        say_who_listens(g);
    else if (atomic_load(&g->page->failed) == 0) /* else the shim has said why */
        say_what_lacks(lack);
}

static void take_back(struct generation *g)
{
    g->unwrapped = false;
    log_line(LEVEL_INFO, "generation %u is seen by libgrace.so after all: it can be restarted",
             g->number);
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

/* Some process has loaded the shim since that was said. */
static bool has_news(const struct generation *g)
{
    return g->unwrapped && g->state == GENERATION_STARTING &&
           atomic_load(&g->page->hello) != g->hello;
}

bool unwrapped_step(int64_t now)
{
    struct generation *g = supervisor.current;
    bool was = g->unwrapped;

    if (!was && g->state != GENERATION_STARTING && generation_joined(g))
        return false;
    if (!has_news(g) && !due(g, now))
        return false;
    g->hello = atomic_load(&g->page->hello);
    unwrapped_refusal();
    return !was && g->unwrapped;
}

const char *unwrapped_refusal(void)
{
    struct generation *g = supervisor.current;
    struct lack lack;
    const char *why = look(g, &lack);

    if (why && !g->unwrapped)
        say(g, &lack);
    else if (!why && g->unwrapped)
        take_back(g);
    return why;
}

/* Clients of what it serves unseen would have nobody when the one before ends.  That goes on, and
 * this one has a moment to get it right; where there is none it has to do. */
bool unwrapped_may_serve(struct generation *g)
{
    enum { AGAIN_MS = 100 };
    int64_t until = clock_ms() + supervisor.options.settle;
    bool was = g->unseen.pid != 0;

    if (!unseen_look(g)) {
        if (g->unwrapped)
            take_back(g);
        return true;
    }
    if (g != supervisor.next) {
        if (!g->unwrapped)
            say(g, &(struct lack){.pid = 0});
        return true;
    }
    if (!was && until < g->deadline)
        g->deadline = until;
    supervisor_wake_in(AGAIN_MS);
    return false;
}

/* Else it would end the process: by its default, or as a Go program that has not asked for it.  A
 * handler where the shim is may be the shim's. */
static int if_handled(struct generation *g, pid_t pid, int sig)
{
    enum program p = program_look(pid, supervisor.command.library);

    return p != PROGRAM_LOADED && p != PROGRAM_LOADING &&
                   (p != PROGRAM_HIDDEN || !generation_joined(g)) && tree_catches(pid, sig) &&
                   !tree_catches_all(pid)
               ? sig
               : 0;
}

const char *unwrapped_pass_on(void)
{
    static char text[96];
    int sig = supervisor.options.signal;

    if (generation_signal_chosen(supervisor.current, sig, if_handled) > 0)
        return ", the signal was passed on";
    snprintf(text, sizeof text,
             "; SIG%s was not passed on, for the server is not seen to handle it",
             signal_name(sig));
    return text;
}
