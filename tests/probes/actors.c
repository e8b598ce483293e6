/* SPDX-License-Identifier: ISC */
#include "actors.h"

#include <sys/time.h>
#include <sys/wait.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

enum { RESTORER = 0x04000000 }; /* a flag that libc adds for itself */

volatile sig_atomic_t noted;

void show_exit(const char *what, pid_t pid)
{
    int status = 0;
    pid_t got;

    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    if (got != pid)
        say("%s: not waited for: %s", what, error_name(errno));
    else if (WIFEXITED(status))
        say("%s: exit %d", what, WEXITSTATUS(status));
    else
        say("%s: signal %d", what, WTERMSIG(status));
}

void in_child(const char *what, int (*body)(void))
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(body());
    show_exit(what, pid);
}

struct start {
    void *(*body)(void *);
    void *arg;
    _Atomic pid_t tid;
};

static void *run_thread(void *data)
{
    struct start *start = data;
    void *(*body)(void *) = start->body;
    void *arg = start->arg;

    atomic_store(&start->tid, gettid());
    return body(arg);
}

static bool sleeps(pid_t tid)
{
    char path[64], line[256] = "";
    const char *state;
    FILE *file;

    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)tid);
    file = fopen(path, "re");
    if (!file)
        return true; /* it has ended already */
    state = fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
    fclose(file);
    return state && state[2] == 'S';
}

pthread_t blocked_thread(void *(*body)(void *), void *arg)
{
    struct start start = {.body = body, .arg = arg};
    pthread_t thread;

    if (pthread_create(&thread, NULL, run_thread, &start) != 0)
        say("no thread");
    while (atomic_load(&start.tid) == 0 || !sleeps(start.tid))
        poll(NULL, 0, 1);
    return thread;
}

void show_join(const char *what, pthread_t thread)
{
    void *result = NULL;
    int r = pthread_join(thread, &result);

    say("%s: %s", what, r ? error_name(r) : result == PTHREAD_CANCELED ? "cancelled" : "returned");
}

void note_signal(int sig)
{
    (void)sig;
    noted++;
}

void alarms_start(int flags)
{
    struct sigaction act = {.sa_handler = note_signal, .sa_flags = flags};
    struct itimerval often = {.it_interval.tv_usec = 20000, .it_value.tv_usec = 20000};

    sigaction(SIGALRM, &act, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
}

void alarms_stop(void)
{
    struct itimerval never = {0};

    setitimer(ITIMER_REAL, &never, NULL);
}

static const char *handler_name(const struct sigaction *act)
{
    if (act->sa_handler == SIG_DFL)
        return "default";
    if (act->sa_handler == SIG_IGN)
        return "ignored";
    return act->sa_handler == note_signal ? "noted" : "another";
}

void show_action(int sig)
{
    struct sigaction act;
    char mask[256] = "";
    size_t used = 0;

    if (sigaction(sig, NULL, &act) < 0) {
        say("action of %d: %s", sig, error_name(errno));
        return;
    }
    for (int other = 1; other < NSIG; other++)
        if (sigismember(&act.sa_mask, other) == 1)
            used += (size_t)snprintf(mask + used, sizeof mask - used, " %d", other);
    say("action of %d: %s, flags %x, blocks%s", sig, handler_name(&act),
        (unsigned)act.sa_flags & ~(unsigned)RESTORER, mask);
}

void show_mask(void)
{
    static const int some[] = {SIGUSR1, SIGUSR2, SIGALRM, SIGTERM};
    char line[64] = "";
    size_t used = 0;
    sigset_t set;

    pthread_sigmask(SIG_BLOCK, NULL, &set);
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
        if (sigismember(&set, some[i]) == 1)
            used += (size_t)snprintf(line + used, sizeof line - used, " %s", sigabbrev_np(some[i]));
    say("blocked:%s", line);
}

sigset_t set_of(int sig)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, sig);
    return set;
}
