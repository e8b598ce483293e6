/* SPDX-License-Identifier: ISC */
#include <signal.h>

#include "actors.h"
#include "probe.h"

PROBE(sigrelse)
{
    signal(SIGUSR1, note_signal);
    show_mask();
    TRY(sighold(SIGUSR2));
    TRY(sighold(SIGUSR1));
    raise(SIGUSR1);
    show_mask();
    say("noted %d", (int)noted);
    TRY(sigrelse(SIGUSR1));
    say("noted %d", (int)noted);
    show_mask();
    TRY(sigrelse(SIGHUP));
    TRY(sigrelse(57));
    TRY(sigrelse(SIGKILL));
    TRY(sigrelse(-1));
    TRY(sigrelse(0));
    TRY(sigrelse(65));
    show_mask();
}
