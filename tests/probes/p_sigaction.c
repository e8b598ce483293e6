/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stddef.h>

#include "actors.h"
#include "handling.h"
#include "probe.h"

static volatile sig_atomic_t code;

static void inform(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    code = info->si_code;
}

static sighandler_t by_sigaction(int sig, sighandler_t handler)
{
    struct sigaction act = {.sa_handler = handler, .sa_flags = SA_RESTART | SA_NODEFER}, old;

    sigaddset(&act.sa_mask, SIGUSR2);
    sigaddset(&act.sa_mask, SIGKILL); /* which the kernel takes out */
    return sigaction(sig, &act, &old) < 0 ? SIG_ERR : old.sa_handler;
}

static void informed(int sig)
{
    struct sigaction act = {.sa_sigaction = inform, .sa_flags = SA_SIGINFO | SA_ONSTACK}, old;

    TRY(sigaction(sig, &act, NULL));
    TRY(sigaction(sig, NULL, NULL));
    TRY(sigaction(sig, NULL, &old));
    say("same handler %d, flags %d", old.sa_sigaction == inform,
        (old.sa_flags & (SA_SIGINFO | SA_ONSTACK)) == (SA_SIGINFO | SA_ONSTACK));
    /* old and new may be one object */
    TRY(sigaction(sig, &act, &act));
    TRY(act.sa_sigaction == inform);
}

/* With a sender's data, and once only. */
static void delivered(void)
{
    struct sigaction act = {.sa_sigaction = inform, .sa_flags = (int)(SA_SIGINFO | SA_RESETHAND)};

    sigaction(SIGUSR1, &act, NULL);
    raise(SIGUSR1);
    say("code %d", (int)code);
    show_action(SIGUSR1);
}

PROBE(sigaction)
{
    struct sigaction act = {.sa_handler = SIG_IGN};

    handling_probe(by_sigaction);
    informed(SIGUSR1);
    informed(SIGHUP);
    informed(57);
    delivered();
    TRY(sigaction(SIGKILL, NULL, &act));
    TRY(sigaction(SIGKILL, &act, NULL));
    TRY(sigaction(-1, NULL, &act));
    TRY(sigaction(65, NULL, &act));
    TRY(sigaction(33, NULL, &act));
}
