/* SPDX-License-Identifier: ISC */
#include "entry/signal_handler.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "exec/recovery.h"
#include "libc/real.h"
#include "listener/drain.h"
#include "listener/listening.h"
#include "listener/pid_lock.h"
#include "listener/suspend.h"
#include "listener/take.h"
#include "process/bystander.h"
#include "process/epolls.h"
#include "process/listener_lock.h"
#include "process/own_signals.h"
#include "process/self.h"
#include "protocol/signals.h"
#include "stream/give.h"
#include "stream/observe.h"
#include "wait/timing.h"

/* As without us. */
static void pass_on(int sig, siginfo_t *info, void *context)
{
    struct sigaction plain = *own_signals_believed(sig);

    if (plain.sa_handler == SIG_IGN)
        return;
    if (plain.sa_handler == SIG_DFL) {
        real.sigaction(sig, &plain, NULL);
        raise(sig);
    } else if (plain.sa_flags & SA_SIGINFO) {
        plain.sa_sigaction(sig, info, context);
    } else {
        plain.sa_handler(sig);
    }
}

/* A thread that is to be cancelled would be in our write() or poll(), and what it had locked when
 * the signal came would stay locked. */
static void uncancelled(void (*run)(const siginfo_t *), const siginfo_t *info)
{
    int state;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    run(info);
    pthread_setcancelstate(state, NULL);
}

static void ask_for_restart(const siginfo_t *info)
{
    if (info->si_code == POLL_IN) {
        recovery_requested();
        return;
    }
    atomic_store(&self.page->restarter, info->si_code == SI_USER ? info->si_pid : 0);
    atomic_fetch_add(&self.page->restarts, 1);
    self_ring();
    recovery_request();
}

/* Where another thread is at it the supervisor asks again. */
static void look_again(void)
{
    if (!listener_lock_try())
        return;
    epolls_renew();
    listening_look();
    listener_lock_release();
}

static void obey(const siginfo_t *info)
{
    if (info->si_code == SI_TKILL)
        return; /* a thread that is at it wants this one to look again: no more than that */
    if (bystander_has_left())
        return;
    take_reported();
    observe_look(); /* before it is said that no more is accepted */
    give_run();
    drain_run();
    suspend_resume();
    look_again();
    recovery_join();
    pid_lock_look();
}

/* The terminal is gone. */
static bool is_hang_up(const siginfo_t *info)
{
    return info->si_code == SI_KERNEL ||
           (info->si_code == SI_QUEUE && info->si_value.sival_int == SIGNALS_HANGUP);
}

/* One thread means another: apache's event sends SIGHUP to that which accepts, so that it ends. */
static bool is_between_threads(const siginfo_t *info)
{
    return info->si_code == SI_TKILL && info->si_pid == getpid();
}

/* One process means another as they end: zabbix_agentd ends its workers with SIGHUP. */
static bool is_to_end(const siginfo_t *info)
{
    return info->si_code == SI_USER && (self_attention() & ATTENTION_ENDING) &&
           page_has_process(self.page, info->si_pid);
}

static void handle(int sig, siginfo_t *info, void *context)
{
    int saved = errno;

    timing_interruptions++;
    if (sig == RESERVED_SIGNAL)
        uncancelled(obey, info);
    else if (is_hang_up(info) || is_between_threads(info) || is_to_end(info))
        pass_on(sig, info, context);
    else
        uncancelled(ask_for_restart, info);
    errno = saved;
}

/* SA_RESTART: varnish asserts that waitpid never gives EINTR.  No SA_ONSTACK: its 216 threads share
 * one stack for signals, where two handlers at a time overwrite each other. */
static void take(int sig, struct sigaction *former)
{
    struct sigaction act = {.sa_sigaction = handle, .sa_flags = SA_RESTART | SA_SIGINFO};

    sigfillset(&act.sa_mask);
    real.sigaction(sig, &act, former);
}

static void unblock_reserved(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, RESERVED_SIGNAL);
    real.pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* It says so in the page before it sees whether this process is away. */
static bool may_be_told(void)
{
    return self_shares() || atomic_load(&self.slot->suspended) ||
           atomic_load(&self.page->keeper) == getpid();
}

void signal_handler_install(void)
{
    struct sigaction *reserved = own_signals_believed(RESERVED_SIGNAL);

    take(RESERVED_SIGNAL, reserved);
    if (reserved->sa_handler == SIG_IGN && may_be_told())
        reserved->sa_handler = SIG_DFL; /* it was shielded, see below */
    unblock_reserved();
    if (!atomic_load(&self.bystander))
        own_signals_take_restart();
}

/* A vfork child may have set an action of its own for what it executes. */
static void release(int sig)
{
    struct sigaction plain = {.sa_handler = SIG_IGN}, now;

    if (own_signals_believed(sig)->sa_handler == SIG_IGN && real.sigaction(sig, NULL, &now) == 0 &&
        now.sa_sigaction == handle)
        real.sigaction(sig, &plain, NULL);
}

/* The supervisor may be about to tell this process something: what it is then has no handler, and
 * the signal would end it.  Else the new program sees the default, as without us. */
static void shield(void)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};

    if (may_be_told())
        real.sigaction(RESERVED_SIGNAL, &ignore, NULL);
}

void signal_handler_release(void)
{
    if (!self.on)
        return;
    release(self.restart_signal);
    release(RESERVED_SIGNAL);
    shield();
}

void signal_handler_retake(void)
{
    take(RESERVED_SIGNAL, NULL);
    if (!atomic_load(&self.bystander))
        take(self.restart_signal, NULL);
}
