/* SPDX-License-Identifier: ISC */
#include "sigwaiting.h"

#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"

static int (*wait_for)(const sigset_t *set);

static void *wait_in_thread(void *data)
{
    TRY_AS("in a thread", wait_for(data));
    return NULL;
}

static void threads(sigset_t *set)
{
    pthread_t thread = blocked_thread(wait_in_thread, set);

    pthread_cancel(thread);
    show_join("cancelled", thread);
    thread = blocked_thread(wait_in_thread, set);
    kill(getpid(), SIGUSR2);
    show_join("a signal came", thread);
}

void sigwaiting_probe(int (*call)(const sigset_t *set))
{
    sigset_t set = set_of(SIGUSR1);

    wait_for = call;
    /* as servers do that wait for all that they handle */
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    TRY_AS("pending", call(&set));
    raise(SIGTERM);
    raise(SIGUSR2);
    TRY_AS("two are pending", call(&set));
    TRY_AS("the other", call(&set));
    threads(&set);
    show_mask();
}
