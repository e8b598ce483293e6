/* SPDX-License-Identifier: ISC */
#include "handling.h"

#include "actors.h"
#include "probe.h"

static const char *name(sighandler_t handler)
{
    if (handler == SIG_DFL)
        return "default";
    if (handler == SIG_IGN)
        return "ignored";
    if (handler == SIG_ERR)
        return error_name(errno);
    return handler == note_signal ? "noted" : "another";
}

static void install(sighandler_t (*call)(int sig, sighandler_t handler), int sig,
                    sighandler_t handler)
{
    const char *before;

    errno = PROBE_ERRNO;
    before = name(call(sig, handler));
    say("%d: %s -> %s", sig, before, name(handler));
    show_action(sig);
}

static void round_trip(sighandler_t (*call)(int sig, sighandler_t handler), int sig)
{
    install(call, sig, note_signal);
    install(call, sig, SIG_IGN);
    install(call, sig, note_signal);
    install(call, sig, SIG_DFL);
}

void handling_error_probe(sighandler_t (*call)(int sig, sighandler_t handler))
{
    static const int sigs[] = {SIGUSR1, SIGHUP, 57};

    for (unsigned i = 0; i < sizeof sigs / sizeof sigs[0]; i++) {
        errno = PROBE_ERRNO;
        say("bad handler: %s", name(call(sigs[i], SIG_ERR)));
        show_action(sigs[i]);
    }
}

static void deliver(sighandler_t (*call)(int sig, sighandler_t handler))
{
    call(SIGUSR1, note_signal);
    noted = 0;
    raise(SIGUSR1);
    say("noted %d", (int)noted);
    show_action(SIGUSR1);
}

void handling_probe(sighandler_t (*call)(int sig, sighandler_t handler))
{
    static const int bad[] = {-1, 0, SIGKILL, SIGSTOP, 32, 65, 1000};

    round_trip(call, SIGUSR1);
    round_trip(call, SIGHUP);
    round_trip(call, 57);
    deliver(call);
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        errno = PROBE_ERRNO;
        say("%d: %s", bad[i], name(call(bad[i], note_signal)));
    }
    show_mask();
}
