/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int tty = -1;

void terminal_open(void)
{
    tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

/* SIGTTOU is blocked in the supervisor, so these work from the background too. */
void terminal_pass(pid_t from, pid_t to)
{
    if (tty >= 0 && from > 0 && tcgetpgrp(tty) == from)
        tcsetpgrp(tty, to);
}

/* In the child it has left our group already: the parent's is still in the foreground. */
void terminal_give(pid_t group)
{
    terminal_pass(group == getpgrp() ? getpgid(getppid()) : getpgrp(), group);
}

/* Not SIGSTOP: the kernel does not stop a group by it when no shell is there to continue it. */
static bool stop_as_job(int sig)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, sig);
    kill(0, sig);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigpending(&set);
    return sigismember(&set, SIGCONT) == 1;
}

void terminal_stopped(pid_t group, int sig)
{
    pid_t foreground = tty >= 0 ? tcgetpgrp(tty) : -1;

    if (foreground < 0 || (sig == SIGSTOP && foreground != group))
        return;                    /* somebody stops the server, not the job */
    if (foreground == getpgrp()) { /* `fg` while it ran was for us both */
        terminal_give(group);
        kill(-group, SIGCONT);
        return;
    }
    terminal_pass(group, getpgrp());
    if (!stop_as_job(sig) && sig == SIGTSTP)
        kill(-group, SIGCONT);
}

bool terminal_is_gone(void)
{
    int fd;

    if (tty < 0)
        return false;
    fd = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return errno == ENXIO || errno == EIO;
    close(fd);
    return false;
}
