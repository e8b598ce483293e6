/* SPDX-License-Identifier: ISC */
#include "actors.h"
#include "handling.h"
#include "probe.h"

/* Blocks, and tells of it the next time. */
static void hold(int sig)
{
    TRY(sigset(sig, SIG_IGN) == SIG_DFL);
    TRY(sigset(sig, SIG_HOLD) == SIG_IGN);
    show_action(sig);
    show_mask();
    TRY(sigset(sig, SIG_HOLD) == SIG_HOLD);
    TRY(sigset(sig, note_signal) == SIG_HOLD);
    show_action(sig);
    show_mask();
}

PROBE(sigset)
{
    handling_probe(sigset);
    hold(SIGUSR2);
}
