/* SPDX-License-Identifier: ISC */
#include "server.h"

#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static pid_t children[WORKERS_MAX];

static void share_altstack(void)
{
    static char shared[65536];
    const stack_t stack = {.ss_sp = shared, .ss_size = sizeof(shared)};

    if (config.one_altstack && sigaltstack(&stack, NULL) == -1)
        err(1, "sigaltstack");
}

static void *thread_run(void *unused)
{
    share_altstack();
    worker_run();
    return unused;
}

static void run_threads(void)
{
    for (unsigned i = 1; i < config.workers; i++) {
        pthread_t thread;
        int rc = pthread_create(&thread, NULL, thread_run, NULL);
        if (rc != 0)
            errx(1, "pthread_create: %d", rc);
    }
    share_altstack();
    worker_run();
}

/* The master ends in its handler: a wait() that was about to begin would sleep for ever. */
static void children_stop(int sig)
{
    (void)sig;
    for (unsigned i = 0; i < config.workers; i++)
        if (children[i] > 0)
            kill(children[i], SIGTERM);
    while (wait(NULL) != -1)
        continue;
    _exit(0);
}

/* No stop comes between the fork and the moment when both know what to do about it. */
static void child_start(unsigned i)
{
    sigset_t term, before;

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    pid_t pid = fork();
    if (pid == -1)
        err(1, "fork");
    if (pid == 0)
        signal(SIGTERM, SIG_DFL);
    else
        children[i] = pid;
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (pid == 0)
        worker_run();
}

/* A master replaces a worker that has ended, whatever the reason. */
static void child_replace(pid_t pid)
{
    for (unsigned i = 0; i < config.workers; i++)
        if (children[i] == pid)
            child_start(i);
}

static void run_prefork(void)
{
    struct sigaction action = {.sa_handler = children_stop};

    sigaction(SIGTERM, &action, NULL);
    for (unsigned i = 0; i < config.workers; i++)
        child_start(i);
    for (;;) {
        pid_t pid = wait(NULL);
        if (pid > 0)
            child_replace(pid);
        else if (pid == -1 && errno != EINTR)
            err(1, "wait");
    }
}

void model_run(void)
{
    dispatch_prepare();
    worker_prepare();
    if (config.model == MODEL_THREADS)
        run_threads();
    else if (config.model == MODEL_PREFORK)
        run_prefork();
    else
        worker_run();
}
