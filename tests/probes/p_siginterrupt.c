/* SPDX-License-Identifier: ISC */
#include <signal.h>

#include "actors.h"
#include "probe.h"

static void change(int sig)
{
    signal(sig, note_signal);
    TRY(siginterrupt(sig, 1));
    show_action(sig);
    signal(sig, note_signal); /* remembers it */
    show_action(sig);
    TRY(siginterrupt(sig, 0));
    show_action(sig);
    signal(sig, note_signal);
    show_action(sig);
}

PROBE(siginterrupt)
{
    change(SIGUSR1);
    change(SIGHUP);
    change(57);
    TRY(siginterrupt(SIGKILL, 1));
    TRY(siginterrupt(-1, 1));
    TRY(siginterrupt(65, 0));
}
