/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "actors.h"
#include "probe.h"

PROBE(getpgid)
{
    say("own: %d", getpgid(0) == getpgrp() && getpgid(getpid()) == getpgrp());
    say("init's: %d", getpgid(1) >= 0);
    TRY(getpgid(0x7ffffff0));
    TRY(getpgid(-1));
}
