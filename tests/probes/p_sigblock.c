/* SPDX-License-Identifier: ISC */
#include <signal.h>

#include "actors.h"
#include "probe.h"

static int bit(int sig)
{
    return (int)(1u << (sig - 1));
}

PROBE(sigblock)
{
    signal(SIGUSR1, note_signal);
    TRY(sigblock(bit(SIGUSR1)));
    show_mask();
    raise(SIGUSR1);
    say("noted %d", (int)noted);
    TRY(sigblock(bit(SIGUSR2) | bit(SIGTERM)));
    show_mask();
    TRY(sigsetmask(0));
    say("noted %d", (int)noted);
    show_mask();
    TRY(sigblock(bit(SIGHUP)) & bit(SIGUSR1));
    TRY(sigblock(0) & bit(SIGUSR1));
    TRY(sigblock(-1) & bit(SIGUSR1));
    show_mask();
}
