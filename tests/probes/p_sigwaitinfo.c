/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sigwaiting.h"

static int call(const sigset_t *set)
{
    return sigwaitinfo(set, NULL);
}

PROBE(sigwaitinfo)
{
    sigset_t term = set_of(SIGTERM);
    siginfo_t info = {0};

    sigwaiting_probe(call);
    alarms_start(SA_RESTART);
    TRY(sigwaitinfo(&term, &info));
    alarms_stop();
    sigqueue(getpid(), SIGTERM, (union sigval){.sival_int = 42});
    TRY(sigwaitinfo(&term, &info));
    say("signal %d value %d code %d", info.si_signo, info.si_value.sival_int, info.si_code);
}
