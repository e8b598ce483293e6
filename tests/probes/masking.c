/* SPDX-License-Identifier: ISC */
#include "masking.h"

#include <pthread.h>
#include <stddef.h>

#include "actors.h"
#include "probe.h"

static int (*change)(int how, const sigset_t *set, sigset_t *old);

static void all_and_nothing(void)
{
    sigset_t all, old, empty;

    sigfillset(&all);
    sigemptyset(&empty);
    TRY_AS("block all", change(SIG_BLOCK, &all, &old));
    show_mask();
    TRY_AS("unblock all", change(SIG_UNBLOCK, &all, NULL));
    show_mask();
    TRY_AS("set", change(SIG_SETMASK, &all, NULL));
    show_mask();
    TRY_AS("set back", change(SIG_SETMASK, &old, NULL));
    show_mask();
    TRY_AS("block none", change(SIG_BLOCK, &empty, NULL));
}

static void *block_here(void *data)
{
    sigset_t usr2 = set_of(SIGUSR2);

    (void)data;
    TRY_AS("in a thread", change(SIG_BLOCK, &usr2, NULL));
    show_mask();
    return NULL;
}

void masking_probe(int (*call)(int how, const sigset_t *set, sigset_t *old))
{
    sigset_t usr1 = set_of(SIGUSR1), hup = set_of(SIGHUP), old;
    pthread_t thread;

    change = call;
    signal(SIGUSR1, note_signal);
    TRY_AS("block", call(SIG_BLOCK, &usr1, &old));
    say("was blocked: %d", sigismember(&old, SIGUSR1));
    raise(SIGUSR1);
    show_mask();
    TRY_AS("ask", call(99, NULL, &old));
    say("is blocked: %d", sigismember(&old, SIGUSR1));
    TRY_AS("no such way", call(99, &usr1, NULL));
    TRY_AS("neither", call(SIG_BLOCK, NULL, NULL));
    say("noted %d", (int)noted);
    TRY_AS("unblock", call(SIG_UNBLOCK, &usr1, NULL));
    say("noted %d", (int)noted);
    TRY_AS("the restart signal", call(SIG_BLOCK, &hup, NULL));
    TRY_AS("the restart signal", call(SIG_UNBLOCK, &hup, NULL));
    TRY_AS("the restart signal", call(SIG_SETMASK, &hup, NULL));
    show_mask();
    TRY_AS("none", call(SIG_UNBLOCK, &hup, NULL));
    all_and_nothing();
    pthread_create(&thread, NULL, block_here, NULL);
    pthread_join(thread, NULL);
    show_mask();
}
