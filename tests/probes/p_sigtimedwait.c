/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sigwaiting.h"

static int call(const sigset_t *set)
{
    static const struct timespec minute = {.tv_sec = 60};

    return sigtimedwait(set, NULL, &minute);
}

PROBE(sigtimedwait)
{
    const struct timespec now = {0}, soon = {.tv_nsec = 20000000}, minute = {.tv_sec = 60},
                          wrong = {.tv_nsec = 1000000000}, negative = {.tv_sec = -1};
    sigset_t term = set_of(SIGTERM), hup = set_of(SIGHUP), none;
    siginfo_t info = {0};

    sigwaiting_probe(call);
    sigemptyset(&none);
    TRY(sigtimedwait(&term, &info, &now));
    TRY(sigtimedwait(&term, &info, &soon));
    TRY(sigtimedwait(&hup, &info, &soon));
    TRY(sigtimedwait(&none, &info, &soon));
    TRY(sigtimedwait(&term, &info, &wrong));
    TRY(sigtimedwait(&term, &info, &negative));
    alarms_start(SA_RESTART);
    TRY(sigtimedwait(&term, &info, &minute));
    alarms_stop();
    sigqueue(getpid(), SIGTERM, (union sigval){.sival_int = 42});
    TRY(sigtimedwait(&term, &info, &minute));
    say("signal %d value %d code %d", info.si_signo, info.si_value.sival_int, info.si_code);
}
