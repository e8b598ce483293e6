/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"

static _Noreturn void sleep_for_ever(void)
{
    for (;;)
        pause();
}

static void to_a_child(int sig)
{
    pid_t pid = fork();

    if (pid == 0)
        sleep_for_ever();
    TRY(kill(pid, 0));
    TRY(kill(pid, sig));
    show_exit("child", pid);
    TRY(kill(pid, 0));
}

/* What starts looks whether the process of its pid file is alive. */
static void to_others(void)
{
    TRY(kill(1, 0));
    TRY(kill(getppid(), 0));
    TRY(kill(0x7ffffff0, 0));
    TRY(kill(-0x7ffffff0, 0));
    TRY(kill((pid_t)0x80000000, 0));
}

PROBE(kill)
{
    signal(SIGUSR1, note_signal);
    TRY(kill(getpid(), 0));
    TRY(kill(getpid(), SIGUSR1));
    say("noted %d", (int)noted);
    TRY(kill(getpid(), -1));
    TRY(kill(getpid(), 65));
    TRY(kill(0, 0));
    to_a_child(SIGTERM);
    to_a_child(SIGKILL);
    to_others();
}
