/* SPDX-License-Identifier: ISC */
#include "process/own_signals.h"

#include "libc/real.h"
#include "process/guest.h"
#include "process/readable.h"
#include "process/self.h"
#include "protocol/signals.h"

static struct sigaction believed_restart, believed_reserved;

struct sigaction *own_signals_believed(int sig)
{
    return sig == RESERVED_SIGNAL ? &believed_reserved : &believed_restart;
}

static bool is_restart_signal(int sig)
{
    return sig == self.restart_signal && !atomic_load(&self.bystander);
}

bool own_signals_ours(int sig)
{
    return self.on && (sig == RESERVED_SIGNAL || is_restart_signal(sig)) && !guest_is_running();
}

/* The same handler, with the same flags. */
void own_signals_take_restart(void)
{
    struct sigaction ours;
    sigset_t set;

    real.sigaction(RESERVED_SIGNAL, NULL, &ours);
    real.sigaction(self.restart_signal, &ours, &believed_restart);
    sigemptyset(&set);
    sigaddset(&set, self.restart_signal);
    real.pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void own_signals_give_restart(void)
{
    real.sigaction(self.restart_signal, &believed_restart, NULL);
}

int own_signals_action(int sig, const struct sigaction *act, struct sigaction *old)
{
    struct sigaction *believed = own_signals_believed(sig), former = *believed;

    if (act) {
        *believed = *act;
        sigdelset(&believed->sa_mask, SIGKILL); /* as the kernel does */
        sigdelset(&believed->sa_mask, SIGSTOP);
    }
    if (old)
        *old = former;
    return 0;
}

const sigset_t *own_signals_strip(const sigset_t *set, sigset_t *copy)
{
    if (!set || !self.on)
        return set;
    *copy = (sigset_t){.__val = {set->__val[0]}}; /* the kernel reads no more, there may be none */
    sigdelset(copy, RESERVED_SIGNAL);
    if (!atomic_load(&self.bystander))
        sigdelset(copy, self.restart_signal);
    return copy;
}

const sigset_t *own_signals_strip_readable(const sigset_t *set, sigset_t *copy)
{
    return self.on && !readable(set, sizeof set->__val[0]) ? set : own_signals_strip(set, copy);
}
