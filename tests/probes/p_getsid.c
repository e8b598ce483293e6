/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "actors.h"
#include "probe.h"

PROBE(getsid)
{
    say("own: %d", getsid(0) == getsid(getpid()));
    say("init's: %d", getsid(1) >= 0);
    TRY(getsid(0x7ffffff0));
    TRY(getsid(-1));
}
