/* SPDX-License-Identifier: ISC */
/*
 * libgrace.so as a program: the supervisor.
 *
 *   libgrace.so [--argv0=NAME] [--mask=HEX] [--] COMMAND [ARG...]
 *   libgrace.so --recover=FD
 *
 * The former soon executes itself again under the server's name (state/auditor.h).
 *
 * One poll loop; nothing in it blocks.  Whatever it can't set up makes it the server itself,
 * unwrapped, with one line: never less than what the user had without us.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "supervisor/front/bell.h"
#include "supervisor/front/ctl/ctl.h"
#include "supervisor/front/ctl/followers.h"
#include "supervisor/front/ctl/history.h"
#include "supervisor/front/ctl/totals.h"
#include "supervisor/front/ctl/visitors.h"
#include "supervisor/front/messages.h"
#include "supervisor/front/on_event.h"
#include "supervisor/front/signals.h"
#include "supervisor/front/systemd/fd_store.h"
#include "supervisor/front/systemd/sd_notify.h"
#include "supervisor/front/systemd/sd_notify_manager.h"
#include "supervisor/generation/detached.h"
#include "supervisor/generation/log_limit.h"
#include "supervisor/generation/members.h"
#include "supervisor/kernel/pollset.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/kernel/trim_memory.h"
#include "supervisor/recovery/keeper.h"
#include "supervisor/recovery/recover.h"
#include "supervisor/restart/background.h"
#include "supervisor/restart/permission.h"
#include "supervisor/restart/readiness.h"
#include "supervisor/restart/restart.h"
#include "supervisor/set_up.h"
#include "supervisor/state/auditor.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/own_pid_file.h"
#include "supervisor/state/record.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/drain_end.h"
#include "supervisor/step/fetch.h"
#include "supervisor/step/handover.h"
#include "supervisor/step/nonblock.h"
#include "supervisor/step/pass.h"
#include "supervisor/step/release.h"
#include "supervisor/step/resume.h"
#include "supervisor/step/retire.h"
#include "supervisor/step/stay.h"
#include "supervisor/step/stdio.h"
#include "supervisor/step/user_command.h"

enum { USAGE_STATUS = 125, TRIM_MS = 1000 /* for so long nothing is needed */ };

/* history first: who is told that a restart has ended may ask for it. */
static event_subscriber *const subscribers[] = {
    history_event, totals_event, sd_notify_event, ctl_event, followers_event, on_event, NULL};

static int signal_fd = -1;

static void poll_generations(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link) {
        pollset_add(g->bell, POLLIN);
        pollset_add(pass_is_full(g) ? -1 : g->control, POLLIN);
        pollset_add(g->failed, POLLIN);
        pollset_add(g->witness, POLLIN);
    }
}

/* The messages of all before any bell: see bell_read(). */
static void handle_generations(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->control >= 0)
            messages_read(g);
    TAILQ_FOREACH (g, &generation_list, link)
        bell_read(g);
    TAILQ_FOREACH (g, &generation_list, link)
        generation_watch(g);
}

/* The user socket is named after the process. */
static void go_into_background(void)
{
    ctl_close();
    background_go();
    on_event_leave();
    ctl_open();
    own_pid_file_update();
    sd_notify_moved();
    background_arrived();
}

static void step(void)
{
    int64_t now = clock_ms();

    supervisor.wake = CLOCK_NEVER;
    pass_step(now);
    if (supervisor.current) {
        restart_step(now);
        if (supervisor.ended)
            return;
        resume_step(now);
        nonblock_step();
        fetch_step();
        keeper_step(now);
        detached_step(now);
    }
    release_step(now);
    stay_step();
    log_limit_step(now);
    fd_store_step();
    manager_step();
    drain_end_step(now);
    handover_step(now);
    retire_step(now);
    if (background_due(now))
        go_into_background();
    stdio_step(now);
    on_event_step(now);
    if (TAILQ_EMPTY(&generation_list)) {
        on_event_finish(signal_fd);
        _exit(0);
    }
}

static int time_left(void)
{
    int64_t left;

    if (supervisor.wake >= CLOCK_NEVER)
        return -1;
    left = supervisor.wake - clock_ms();
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static void say_crowded(int err)
{
    static bool said;

    if (!said)
        log_line(LEVEL_WARNING,
                 "%s: %zu descriptors can't be waited for, some are looked at every %d ms",
                 strerror(err), pollset_size(), POLLSET_CROWDED_MS);
    said = true;
}

/* A start or a restart would need at once what is given back. */
static void wait_for_events(void)
{
    int timeout_ms = time_left(), err;

    if (!phase_restarts() && (timeout_ms < 0 || timeout_ms >= TRIM_MS))
        trim_memory();
    err = pollset_wait(timeout_ms);
    if (err)
        say_crowded(-err);
}

/* What runs between trim_memory() and poll() is hot, which puts it in one place: a page that is
 * used brings in its 15 neighbours. */
static __attribute__((hot)) void wait_and_handle(void)
{
    pollset_clear();
    pollset_add(signal_fd, POLLIN);
    pollset_add(sd_notify_fd(), POLLIN);
    poll_generations();
    pollset_add(process_watch_fd(), POLLIN);
    ctl_poll();
    user_command_poll();
    wait_for_events();
    handle_generations();
    signals_read(signal_fd);
    if (supervisor.ended)
        return;
    if (sd_notify_fd() >= 0)
        sd_notify_read();
    ctl_handle();
    user_command_read();
}

static __attribute__((hot, noinline)) void lead_to_the_end(void)
{
    while (!supervisor.ended) {
        step();
        if (!supervisor.ended)
            wait_and_handle();
    }
}

/* As the server ended, so that whoever waits for us sees the same. */
static _Noreturn void exit_like(int status)
{
    const struct rlimit none = {0, 0};
    sigset_t set;

    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    setrlimit(RLIMIT_CORE, &none);
    signal(WTERMSIG(status), SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, WTERMSIG(status));
    raise(WTERMSIG(status));
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    _exit(128 + WTERMSIG(status)); /* PID 1 does not die of a signal */
}

/* The server has ended. Old generations that still drain are seen to their end in the background:
 * returns there. */
static void end(void)
{
    char how[128];

    ctl_stopped(supervisor_status_text(supervisor.status, how, sizeof how));
    ctl_close();
    own_pid_file_remove();
    listener_release_all();
    if (supervisor.current)
        terminal_pass(generation_group(supervisor.current), getpgrp());
    if (supervisor.next)
        generation_kill(supervisor.next, SIGKILL);
    readiness_end();
    visitors_leave();
    permission_end();
    if (!background_last()) {
        on_event_finish(signal_fd);
        exit_like(supervisor.status);
    }
    on_event_forget();
    supervisor.ended = false;
}

static int usage(void)
{
    fputs("usage: libgrace.so [--argv0=NAME] [--mask=HEX] [--] COMMAND [ARG...]\n"
          "Runs COMMAND with zero-downtime restart; see grace(1) and libgrace(7).\n",
          stderr);
    return USAGE_STATUS;
}

static int supervise(int record)
{
    bool recovered = record > STDERR_FILENO;

    event_subscribe(subscribers);
    if (!set_up_options(recovered))
        return USAGE_STATUS;
    signal_fd = set_up_server(recovered);
    ctl_open(); /* late: what gives up before leaves no file behind */
    for (;;) {
        lead_to_the_end();
        end();
    }
}

static int supervise_command(void)
{
    fd_store_take();
    stdio_hold_closed();
    record_make(&supervisor.command);
    return supervise(-1);
}

int main(int argc, char **argv)
{
    int record = argc > 0 ? command_recovered(argv) : -1;

    if (record > STDERR_FILENO) {
        prctl(PR_SET_NAME, "grace");
        recover_become(record);
        return supervise(record);
    }
    if (argc == 0 || !command_parse(&supervisor.command, argv))
        return usage();
    auditor_become(&supervisor.command, argv);
    prctl(PR_SET_NAME, "grace");
    return supervise_command();
}

/* Where we are the auditor of the server's program nothing else of it is to run. */
static __attribute__((constructor)) void audit(void)
{
    char **arguments = auditor_arguments();

    if (arguments && command_parse(&supervisor.command, arguments))
        exit(supervise_command());
}
