/* SPDX-License-Identifier: ISC */
#include "locking.h"

#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"

static char path[] = "/tmp/grace-probe-XXXXXX";

/* A process that has the lock until it is killed. */
static pid_t holder(locking_call *lock)
{
    int told[2];
    char byte;
    pid_t pid;

    if (pipe(told) < 0)
        abort();
    pid = fork();
    if (pid == 0) {
        int fd = open(path, O_RDWR);

        if (lock(fd, true) == 0 && write(told[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    close(told[1]);
    if (read(told[0], &byte, 1) != 1)
        abort();
    close(told[0]);
    return pid;
}

void locking_probe(locking_call *lock, int (*unlock)(int fd))
{
    int fd;
    pid_t pid;

    TRY_AS("not open", lock(77, false));
    TRY_AS("not open, waiting", lock(77, true));
    snprintf(path, sizeof path, "/tmp/grace-probe-XXXXXX");
    fd = mkstemp(path);
    TRY_AS("free", lock(fd, false));
    TRY_AS("own, waiting", lock(fd, true));
    TRY_AS("given up", unlock(fd));
    pid = holder(lock);
    TRY_AS("held", lock(fd, false));
    alarms_start(0);
    TRY_AS("held, interrupted", lock(fd, true));
    alarms_stop();
    kill(pid, SIGKILL);
    TRY_AS("awaited", lock(fd, true));
    waitpid(pid, NULL, 0);
    close(fd);
    unlink(path);
}
