/* SPDX-License-Identifier: ISC */
#include <signal.h>

#include "actors.h"
#include "probe.h"

static int bit(int sig)
{
    return (int)(1u << (sig - 1));
}

PROBE(sigsetmask)
{
    signal(SIGUSR1, note_signal);
    TRY(sigsetmask(bit(SIGUSR1)));
    show_mask();
    raise(SIGUSR1);
    say("noted %d", (int)noted);
    TRY(sigsetmask(bit(SIGUSR2) | bit(SIGTERM)));
    show_mask();
    TRY(sigsetmask(0));
    say("noted %d", (int)noted);
    show_mask();
    TRY(sigsetmask(bit(SIGHUP)) & bit(SIGUSR1));
    TRY(sigsetmask(0) & bit(SIGUSR1));
    TRY(sigsetmask(-1) & bit(SIGUSR1));
    show_mask();
}
