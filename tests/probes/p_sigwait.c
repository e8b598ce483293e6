/* SPDX-License-Identifier: ISC */
#include "actors.h"
#include "probe.h"
#include "sigwaiting.h"

static int call(const sigset_t *set)
{
    int sig = -5, r = sigwait(set, &sig);

    return r == 0 ? sig : -r;
}

/* Handlers run meanwhile, and the wait goes on. */
static void goes_on(void)
{
    sigset_t term = set_of(SIGTERM);

    alarms_start(0);
    for (noted = 0; noted < 2;)
        sigsuspend(&term);
    raise(SIGTERM);
    TRY(call(&term));
    alarms_stop();
}

PROBE(sigwait)
{
    sigwaiting_probe(call);
    goes_on();
}
