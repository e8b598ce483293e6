/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/unwrapped.h"

#include <stdio.h>
#include <string.h>

#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/slots.h"
#include "supervisor/kernel/program.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

enum { PATIENCE_MS = 500 }; /* to the first look */

/* What a look has found. */
struct finding {
    enum program lack;           /* of the first process that will never have the shim */
    pid_t pid;                   /* 0: there is none */
    struct kernel_unseen unseen; /* else, who listens */
};

/* One that has it, or may still get it, is enough. */
static bool all_lack_shim(const struct tree *t, struct finding *f)
{
    f->pid = 0;
    for (size_t i = 0; i < t->n; i++) {
        enum program p = program_look(t->proc[i].pid, supervisor.command.library);

        if (p == PROGRAM_LOADED || p == PROGRAM_LOADING)
            return false;
        if (p == PROGRAM_GONE || f->pid)
            continue;
        f->pid = t->proc[i].pid;
        f->lack = p;
    }
    return f->pid != 0;
}

/* Nothing in it has the shim: it never had, or a wrapper has executed something without. */
static bool lacks_shim(struct generation *g, struct finding *f)
{
    if (g->exited || g->failed >= 0) /* or not yet executed */
        return false;
    if (generation_joined(g) && (g->state != GENERATION_STARTING || slots_count(g).processes > 0))
        return false;
    return generation_scan(g) == 0 && all_lack_shim(&g->tree, f);
}

/* Some process has the shim, but what listens was never seen to. */
static bool listens_unseen(struct generation *g, struct finding *f)
{
    return g->state == GENERATION_STARTING && generation_listeners(g).used == 0 &&
           generation_scan(g) == 0 && kernel_unseen_listeners(&g->tree, &f->unseen, 1) > 0;
}

/* Not on one look: a listener is entered in the page a moment after it has begun to listen. */
static bool still_listens(struct generation *g, struct finding *f)
{
    struct finding before;

    return listens_unseen(g, &before) && listens_unseen(g, f) &&
           f->unseen.pid == before.unseen.pid &&
           strcmp(f->unseen.address, before.unseen.address) == 0;
}

static const char *look(struct generation *g, struct finding *f)
{
    *f = (struct finding){.pid = 0};
    if (lacks_shim(g, f))
        return "the server does not load libgrace.so";
    f->pid = 0;
    return still_listens(g, f) ? "the server listens unseen by libgrace.so" : NULL;
}

static const char *text_of(enum program lack)
{
    switch (lack) {
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

static void say_what_lacks(const struct finding *f)
{
    log_line(LEVEL_ERROR,
             "%s does not load libgrace.so (process %d %s): it runs as without grace and can't be "
             "restarted; libgrace(7) says what helps",
             supervisor.command.path, (int)f->pid, text_of(f->lack));
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

static void say(struct generation *g, const struct finding *f)
{
    g->unwrapped = true;
    g->hello = atomic_load(&g->page->hello);
    if (!f->pid)
        say_who_listens(&f->unseen);
    else if (atomic_load(&g->page->failed) == 0) /* else the shim has said why */
        say_what_lacks(f);
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
    return g->unwrapped && atomic_load(&g->page->hello) != g->hello;
}

bool unwrapped_step(int64_t now)
{
    struct generation *g = supervisor.current;
    bool was = g->unwrapped;
    struct finding f;

    if (!was && g->state != GENERATION_STARTING && generation_joined(g))
        return false;
    if (!has_news(g) && !due(g, now))
        return false;
    g->hello = atomic_load(&g->page->hello);
    if (look(g, &f)) {
        if (!was)
            say(g, &f);
    } else if (was) {
        take_back(g);
    }
    return !was && g->unwrapped;
}

const char *unwrapped_refusal(void)
{
    struct generation *g = supervisor.current;
    struct finding f;
    const char *why = look(g, &f);

    if (why && !g->unwrapped)
        say(g, &f);
    else if (!why && g->unwrapped)
        take_back(g);
    return why;
}

/* Else it would end the process: by its default, or as a Go program that has not asked for it.  A
 * handler where the shim is may be the shim's. */
static bool handles(pid_t pid, int sig)
{
    const struct generation *g = supervisor.current;
    enum program p = program_look(pid, supervisor.command.library);

    return p != PROGRAM_LOADED && p != PROGRAM_LOADING &&
           (p != PROGRAM_HIDDEN || !generation_joined(g)) && tree_catches(pid, sig) &&
           !tree_catches_all(pid);
}

const char *unwrapped_pass_on(void)
{
    static char text[96];
    int sig = supervisor.options.signal;

    if (generation_signal_wanted(supervisor.current, sig, handles) > 0)
        return ", the signal was passed on";
    snprintf(text, sizeof text,
             "; SIG%s was not passed on, for the server is not seen to handle it",
             options_signal_name(sig));
    return text;
}
