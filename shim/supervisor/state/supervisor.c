/* SPDX-License-Identifier: ISC */
#include "supervisor/state/supervisor.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/front/ctl.h"
#include "supervisor/kernel/clock.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/step/background.h"
#include "supervisor/step/readiness.h"

struct supervisor supervisor;

void supervisor_wake_at(int64_t deadline)
{
    if (deadline != CLOCK_NEVER && (supervisor.wake == CLOCK_NEVER || deadline < supervisor.wake))
        supervisor.wake = deadline;
}

void supervisor_wake_in(int64_t ms)
{
    supervisor_wake_at(clock_ms() + ms);
}

const char *supervisor_status_text(int status, char *text, unsigned size)
{
    if (WIFSIGNALED(status))
        snprintf(text, size, "killed by signal %d (%s)", WTERMSIG(status),
                 sigdescr_np(WTERMSIG(status)) ? sigdescr_np(WTERMSIG(status)) : "real-time");
    else
        snprintf(text, size, "exit status %d", WEXITSTATUS(status));
    return text;
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

_Noreturn void supervisor_exit(int status)
{
    char how[128];
    struct generation *g = supervisor.current;

    ctl_stopped(supervisor_status_text(status, how, sizeof how));
    ctl_close();
    listener_release_all();
    if (g)
        terminal_take(g->main);
    if (supervisor.next)
        generation_kill(supervisor.next, SIGKILL);
    readiness_end();
    if (background_last())
        supervisor_loop();
    exit_like(status);
}
