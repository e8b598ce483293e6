/* SPDX-License-Identifier: ISC */
#include <signal.h>

#include "actors.h"
#include "probe.h"

PROBE(sighold)
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
    TRY(sighold(SIGHUP));
    TRY(sighold(57));
    TRY(sighold(SIGKILL));
    TRY(sighold(-1));
    TRY(sighold(0));
    TRY(sighold(65));
    show_mask();
}
