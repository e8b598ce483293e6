/* SPDX-License-Identifier: ISC */
#include "supervisor/front/signals.h"

#include <sys/signalfd.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "supervisor/front/restart_signals.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/workers.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/restart/restart.h"
#include "supervisor/restart/stop.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/drain_signal.h"
#include "supervisor/step/user_command.h"

static sigset_t blocked;

/* What the kernel sends us for a write or the time of our own is no reason to end, nor any business
 * of the server.  Blocked it would be kept for whom we become. */
static void ignore_reproaches(void)
{
    static const int reproaches[] = {SIGPIPE, SIGXFSZ, SIGXCPU};

    for (unsigned i = 0; i < sizeof reproaches / sizeof reproaches[0]; i++) {
        sigdelset(&blocked, reproaches[i]);
        signal(reproaches[i], SIG_IGN);
    }
}

void signals_block(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP};

    sigfillset(&blocked);
    for (unsigned i = 0; i < sizeof faults / sizeof faults[0]; i++)
        sigdelset(&blocked, faults[i]);
    ignore_reproaches();
    /* a signal that is ignored is thrown away even where it is blocked */
    for (int sig = 1; sig < NSIG; sig++)
        if (sigismember(&blocked, sig) == 1)
            signal(sig, SIG_DFL);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
}

int signals_open(void)
{
    return signalfd(-1, &blocked, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Its clients may have lost their answers, and we have not cut them. */
static void report_undrained(const struct generation *g)
{
    char how[128];

    log_line(LEVEL_WARNING, "generation %u: its main process ended while it drained: %s", g->number,
             supervisor_status_text(g->status, how, sizeof how));
}

/* It was asked to, and says that it was able to. */
static bool is_expected(const struct generation *g)
{
    return g->killed != 0 || (drain_signal_sent(g) && g->status == 0);
}

static void ended(struct generation *g, int status)
{
    g->exited = true;
    g->status = status;
    if (g == supervisor.next || g == supervisor.current || g->state == GENERATION_SERVING)
        restart_died(g);
    else if (g->state == GENERATION_DRAINING && !is_expected(g))
        report_undrained(g);
}

static void reap(void)
{
    int status;
    pid_t pid;

    while (!supervisor.ended && (pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
        struct generation *g = generation_by_pid(pid);

        if (WIFSTOPPED(status)) {
            if (g && g == supervisor.current)
                terminal_stopped(generation_group(g), WSTOPSIG(status));
        } else if (g) {
            ended(g, status);
        } else {
            user_command_reaped(pid, status); /* else an orphan of the server's */
        }
    }
}

static void hang_up(void)
{
    if (phase_stops() || (supervisor.command.ignored & command_bit(SIGHUP))) /* nohup */
        return;
    log_line(LEVEL_INFO, "the terminal is gone");
    restart_stop(SIGHUP);
}

static bool is_hang_up(const struct signalfd_siginfo *s)
{
    if (s->ssi_signo != SIGHUP)
        return false;
    return s->ssi_code == SI_KERNEL || ((pid_t)s->ssi_pid == getsid(0) && terminal_is_gone());
}

static void forward(int sig)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (worker_serves(g))
            generation_signal(g, sig);
}

/* Its number may be another's when the process that led it has gone. */
static void signal_groups(int sig)
{
    const struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (worker_serves(g) && !g->exited)
            kill(-generation_group(g), sig);
}

static bool is_to_end(void)
{
    return phase_stops() || supervisor.pending == REQUEST_STOP;
}

/* With GRACE_TERM=drain SIGTERM drains, and another one, or one after `grace stop --drain`, is as
 * it is without. */
static void end(int sig)
{
    static int64_t drains; /* since then, by a signal */
    int64_t now = clock_ms();

    if (sig != SIGTERM || !supervisor.options.term_drains) {
        restart_stop(sig);
    } else if (!is_to_end()) {
        drains = now;
        restart_stop_drain();
    } else if (now - drains >= STOP_ECHO_MS) {
        restart_stop(sig);
    }
}

/* Only one can have it: several workers never do, and Ctrl-C is for us. */
static bool has_terminal(void)
{
    return supervisor.workers == 1;
}

/* Ctrl-C and the like: meant for the server, which was in the background until `fg`; or for us,
 * where it has died and is to start again, or drains before the next one starts. */
static bool is_typed(const struct signalfd_siginfo *s)
{
    const struct generation *g = supervisor.current;
    int sig = (int)s->ssi_signo;

    return s->ssi_code == SI_KERNEL && has_terminal() && !g->exited &&
           g->state <= GENERATION_SERVING && (sig == SIGINT || sig == SIGQUIT || sig == SIGTSTP);
}

static void act(const struct signalfd_siginfo *s)
{
    int sig = (int)s->ssi_signo;

    if (sig == SIGCHLD) {
        reap();
    } else if (!supervisor.current || sig == SIGTTIN || sig == SIGTTOU) {
        return;
    } else if (is_hang_up(s)) {
        hang_up();
    } else if (is_typed(s)) {
        terminal_give(generation_group(supervisor.current));
        signal_groups(sig);
    } else if (sig == supervisor.options.signal) {
        restart_signals_to_supervisor((pid_t)s->ssi_pid);
    } else if (sig == SIGTERM || sig == SIGINT) {
        end(sig);
    } else if (sig == SIGTSTP) {
        signal_groups(SIGTSTP);
    } else if (sig == SIGCONT) {
        if (has_terminal())
            terminal_give(generation_group(supervisor.current)); /* `fg` gave it to us */
        signal_groups(SIGCONT);
    } else {
        forward(sig);
    }
}

void signals_read(int fd)
{
    struct signalfd_siginfo s;

    while (!supervisor.ended && read(fd, &s, sizeof s) == (ssize_t)sizeof s)
        act(&s);
    restart_signals_all_read();
}
