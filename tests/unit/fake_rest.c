/* SPDX-License-Identifier: ISC */
/* What is beside the point where generations are fakes, and has to be there. */
#include <signal.h>
#include <stdio.h>

#include "fake_generations.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/private.h"
#include "supervisor/generation/slots.h"
#include "supervisor/generation/successors.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/restart/readiness.h"
#include "supervisor/restart/unwrapped.h"
#include "supervisor/state/signal_name.h"
#include "supervisor/state/stop_signals.h"
#include "supervisor/step/fetch.h"
#include "supervisor/step/nonblock.h"
#include "supervisor/step/pass.h"
#include "supervisor/step/pid_file.h"
#include "supervisor/step/release.h"
#include "supervisor/step/resume.h"
#include "supervisor/step/stay.h"
#include "supervisor/step/unsent.h"
#include "supervisor/step/user_command.h"

void generation_continue(struct generation *g)
{
    (void)g;
}

size_t generation_signal_chosen(struct generation *g, int sig, generation_choice *choose)
{
    (void)choose;
    generation_signal(g, sig);
    return 1;
}

void successors_begin(const struct generation *next)
{
    (void)next;
}

void successors_end(void)
{
}

const struct page_slot *slots_find(const struct generation *g, pid_t pid)
{
    (void)g, (void)pid;
    return NULL;
}

bool slots_bystander(const struct generation *g, pid_t pid)
{
    (void)g, (void)pid;
    return false;
}

bool slots_takes_part(const struct generation *g, pid_t pid)
{
    (void)g, (void)pid;
    return true;
}

int stop_signals_of(pid_t pid)
{
    (void)pid;
    return SIGTERM;
}

int generation_scan(struct generation *g)
{
    (void)g;
    return 0;
}

struct generation_listeners generation_listeners(const struct generation *g)
{
    (void)g;
    return (struct generation_listeners){.used = 1, .waited = 1};
}

void generation_confirm(struct generation *g)
{
    (void)g;
}

bool generation_uses(const struct generation *g, const struct listener *h)
{
    (void)g, (void)h;
    return false;
}

pid_t kernel_holds(const struct tree *t, unsigned long inode)
{
    (void)t, (void)inode;
    return 0;
}

uint32_t readiness_attention(void)
{
    return 0;
}

uint32_t pass_attention(void)
{
    return 0;
}

bool pass_awaited(void)
{
    return false;
}

void readiness_late(const struct generation *g, char *text, size_t size)
{
    snprintf(text, size, "generation %u is late", g->number);
}

void readiness_hint(const struct generation *g)
{
    (void)g;
}

void readiness_end(void)
{
}

bool readiness_refused(struct generation *g, char *text, size_t size)
{
    (void)g, (void)text, (void)size;
    return false;
}

void release_unwanted(void)
{
}

void private_note(void)
{
}

bool user_command_start(struct user_command *c, const char *text,
                        const struct user_command_about *about, int64_t limit)
{
    (void)c, (void)text, (void)about, (void)limit;
    return true;
}

bool user_command_runs(struct user_command *c, int64_t now)
{
    (void)c, (void)now;
    return true;
}

bool user_command_failed(const struct user_command *c, char *text, size_t size)
{
    (void)c, (void)text, (void)size;
    return false;
}

void user_command_drop(struct user_command *c)
{
    (void)c;
}

void stay_end_all(void)
{
}

void resume_begin(struct generation *g)
{
    (void)g;
}

const char *unsent_refusal(struct generation *g)
{
    (void)g;
    return NULL;
}

void fetch_listeners(struct generation *g)
{
    (void)g;
}

void nonblock_note(void)
{
}

bool nonblock_shared(void)
{
    return false;
}

void nonblock_restore(void)
{
}

void nonblock_begin(void)
{
}

void generation_share_paths(struct generation *g, const struct generation *other)
{
    (void)g, (void)other;
}

void generation_own_paths(struct generation *g)
{
    (void)g;
}

void pid_file_step_aside(void)
{
}

void pid_file_settle(void)
{
}

void pid_file_come_back(void)
{
}

void pid_file_rolled_back(const struct generation *g)
{
    (void)g;
}

void pid_file_retired(const struct generation *g)
{
    (void)g;
}

void listener_collect(unsigned oldest)
{
    (void)oldest;
}

void terminal_give(pid_t group)
{
    (void)group;
}

void terminal_pass(pid_t from, pid_t to)
{
    (void)from, (void)to;
}

void tree_signal_stopped(const struct tree *t, int sig)
{
    (void)t, (void)sig;
}

const char *signal_name(int sig)
{
    (void)sig;
    return "TERM";
}

bool unwrapped_step(int64_t now)
{
    bool found = fake.unwrapped && !supervisor.current->unwrapped;

    (void)now;
    supervisor.current->unwrapped |= found;
    return found;
}

const char *unwrapped_refusal(void)
{
    return supervisor.current->unwrapped ? "unwrapped" : NULL;
}

const char *unwrapped_pass_on(void)
{
    return "";
}
