/* SPDX-License-Identifier: ISC */
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

#include "actors.h"
#include "probe.h"

static void *suspend(void *data)
{
    TRY(sigsuspend(data));
    return NULL;
}

PROBE(sigsuspend)
{
    sigset_t usr1 = set_of(SIGUSR1), none, but_alarm;
    pthread_t thread;

    sigemptyset(&none);
    signal(SIGUSR1, note_signal);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    raise(SIGUSR1);
    TRY(sigsuspend(&none)); /* pending already */
    say("noted %d", (int)noted);
    show_mask();
    sigfillset(&but_alarm);
    sigdelset(&but_alarm, SIGALRM);
    raise(SIGUSR1);
    noted = 0;
    alarms_start(SA_RESTART);
    TRY(sigsuspend(&but_alarm));
    alarms_stop();
    say("noted %d", noted > 0);
    show_mask();
    thread = blocked_thread(suspend, &but_alarm);
    pthread_cancel(thread);
    show_join("cancelled", thread);
}
