/* SPDX-License-Identifier: ISC */
#include <signal.h>

#include "actors.h"
#include "probe.h"

static void ignore(int sig)
{
    signal(sig, note_signal);
    TRY(sigignore(sig));
    show_action(sig);
    TRY(signal(sig, SIG_DFL) == SIG_IGN);
}

PROBE(sigignore)
{
    ignore(SIGUSR1);
    ignore(SIGHUP);
    ignore(57);
    TRY(sigignore(SIGKILL));
    TRY(sigignore(-1));
    TRY(sigignore(65));
}
