/* SPDX-License-Identifier: ISC */
#include "exec/system.h"

#include <sys/wait.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

#include "libc/real.h"
#include "process/own_signals.h"

enum { NO_SHELL = 127 << 8 };

/* SIGINT and SIGQUIT are the process's: the first of several threads ignores them, the last one
 * brings back what was. */
static _Atomic bool counting;
static unsigned running;
static struct sigaction interrupt, quit;

/* Never for longer than four system calls, and not in a handler over a thread that is at it. */
static void count_begin(sigset_t *mask)
{
    sigset_t all;

    sigfillset(&all);
    real.pthread_sigmask(SIG_BLOCK, &all, mask);
    while (atomic_exchange(&counting, true))
        sched_yield();
}

static void count_end(const sigset_t *mask)
{
    atomic_store(&counting, false);
    real.pthread_sigmask(SIG_SETMASK, mask, NULL);
}

/* SIGQUIT may be the restart signal (GRACE_SIGNAL): then the server believes it to be ignored, and
 * who asks for a restart meanwhile gets one. */
static void set_action(int sig, const struct sigaction *act, struct sigaction *old)
{
    if (own_signals_ours(sig))
        own_signals_action(sig, act, old);
    else
        real.sigaction(sig, act, old);
}

/* What a child of fork() writes to is copied. */
void system_reset(void)
{
    if (atomic_load(&counting))
        atomic_store(&counting, false);
}

/* Fills in what is not ignored for good. */
static void ignore_interrupts(sigset_t *defaults)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigset_t mask;

    sigemptyset(defaults);
    count_begin(&mask);
    if (running++ == 0) {
        set_action(SIGINT, &ignore, &interrupt);
        set_action(SIGQUIT, &ignore, &quit);
    }
    if (interrupt.sa_handler != SIG_IGN)
        sigaddset(defaults, SIGINT);
    if (quit.sa_handler != SIG_IGN)
        sigaddset(defaults, SIGQUIT);
    count_end(&mask);
}

static void restore_interrupts(void)
{
    sigset_t mask;

    count_begin(&mask);
    if (--running == 0) {
        set_action(SIGINT, &interrupt, NULL);
        set_action(SIGQUIT, &quit, NULL);
    }
    count_end(&mask);
}

static int start(pid_t *pid, const char *command, const sigset_t *mask, const sigset_t *defaults)
{
    char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char *)(uintptr_t)command, NULL};
    posix_spawnattr_t attr;

    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, mask);
    posix_spawnattr_setsigdefault(&attr, defaults);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    return posix_spawn(pid, "/bin/sh", NULL, &attr, argv, environ);
}

static int status_of(pid_t pid)
{
    int status;
    pid_t r;

    do
        r = waitpid(pid, &status, 0);
    while (r == -1 && errno == EINTR);
    return r == pid ? status : -1;
}

/* The thread was cancelled. */
static void abandon(void *pid)
{
    int state;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    real.kill(*(pid_t *)pid, SIGKILL);
    status_of(*(pid_t *)pid);
    restore_interrupts();
    pthread_setcancelstate(state, NULL);
}

static int wait_for(pid_t pid)
{
    int status;

    pthread_cleanup_push(abandon, &pid);
    status = status_of(pid);
    pthread_cleanup_pop(0);
    return status;
}

static int run(const char *command)
{
    sigset_t child, mask, defaults;
    pid_t pid;
    int error, status;

    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    ignore_interrupts(&defaults);
    real.pthread_sigmask(SIG_BLOCK, &child, &mask);
    error = start(&pid, command, &mask, &defaults);
    status = error ? NO_SHELL : wait_for(pid);
    restore_interrupts();
    real.pthread_sigmask(SIG_SETMASK, &mask, NULL);
    if (error)
        errno = error;
    return status;
}

int system_run(const char *command)
{
    return command ? run(command) : run("exit 0") == 0;
}
