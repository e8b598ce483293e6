/* SPDX-License-Identifier: ISC */
#include "process/process.h"

#include <pthread.h>
#include <unistd.h>

#include "exec/command.h"
#include "exec/recovery.h"
#include "listener/deaf.h"
#include "listener/drain.h"
#include "process/acceptors.h"
#include "process/self.h"
#include "process/turn.h"

pid_t (*process_vfork_target)(void) = fork;
bool process_vforked;

static pid_t owner;

bool process_is_borrower(void)
{
    return getpid() != owner;
}

pid_t process_owner(void)
{
    return owner;
}

void process_child(void)
{
    owner = getpid();
    if (!self.on)
        return;
    recovery_child();
    acceptors_reset();
    turn_reset();
    command_reset();
    self_join();
    drain_run();
    deaf_join();
}

void process_start(void)
{
    owner = getpid();
    /* also runs for the forks hidden in daemon() and forkpty(), which no hook sees */
    pthread_atfork(NULL, NULL, process_child);
}
