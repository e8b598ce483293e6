/* SPDX-License-Identifier: ISC */
/* Hooks of signals: ours are remembered and reported, everything else passes. */
#include <sys/signalfd.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>

#include "libc/export.h"
#include "libc/real.h"
#include "process/own_signals.h"
#include "process/readable.h"
#include "wait/timing.h"

/* libc exports these without declaring them for us. */
sighandler_t __sysv_signal(int sig, sighandler_t handler);
sighandler_t bsd_signal(int sig, sighandler_t handler);

/* signal() and its family on one of our signals. */
static sighandler_t remember(int sig, const struct sigaction *act)
{
    struct sigaction old;

    if (act->sa_handler == SIG_ERR) {
        errno = EINVAL;
        return SIG_ERR;
    }
    own_signals_action(sig, act, &old);
    return old.sa_handler;
}

static bool interrupts[NSIG]; /* as siginterrupt() was told, for the next signal() */

static sighandler_t remember_bsd(int sig, sighandler_t handler)
{
    struct sigaction act = {.sa_handler = handler, .sa_flags = interrupts[sig] ? 0 : SA_RESTART};

    sigaddset(&act.sa_mask, sig);
    return remember(sig, &act);
}

EXPORT int sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
    return own_signals_ours(sig) ? own_signals_action(sig, act, old)
                                 : real.sigaction(sig, act, old);
}

EXPORT sighandler_t signal(int sig, sighandler_t handler)
{
    return own_signals_ours(sig) ? remember_bsd(sig, handler) : real.signal(sig, handler);
}

ALIAS(bsd_signal, signal);
ALIAS(ssignal, signal);

EXPORT sighandler_t sysv_signal(int sig, sighandler_t handler)
{
    const struct sigaction act = {.sa_handler = handler,
                                  .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};

    return own_signals_ours(sig) ? remember(sig, &act) : real.sysv_signal(sig, handler);
}

ALIAS(__sysv_signal, sysv_signal);

EXPORT sighandler_t sigset(int sig, sighandler_t handler)
{
    const struct sigaction act = {.sa_handler = handler};
    struct sigaction now;

    if (!own_signals_ours(sig))
        return real.sigset(sig, handler);
    own_signals_action(sig, NULL, &now);
    return handler == SIG_HOLD ? now.sa_handler : remember(sig, &act);
}

EXPORT int sigignore(int sig)
{
    const struct sigaction act = {.sa_handler = SIG_IGN};

    return own_signals_ours(sig) ? own_signals_action(sig, &act, NULL) : real.sigignore(sig);
}

EXPORT int siginterrupt(int sig, int flag)
{
    struct sigaction act;

    if (!own_signals_ours(sig))
        return real.siginterrupt(sig, flag);
    interrupts[sig] = flag != 0;
    own_signals_action(sig, NULL, &act);
    act.sa_flags = flag ? act.sa_flags & ~SA_RESTART : act.sa_flags | SA_RESTART;
    return own_signals_action(sig, &act, NULL);
}

EXPORT int sighold(int sig)
{
    return own_signals_ours(sig) ? 0 : real.sighold(sig);
}

EXPORT int sigrelse(int sig)
{
    return own_signals_ours(sig) ? 0 : real.sigrelse(sig);
}

/* The old interfaces pass masks of the first 32 signals as an int. */
static int strip_int(int mask)
{
    sigset_t set = {.__val = {(unsigned)mask}}, copy;

    return (int)own_signals_strip(&set, &copy)->__val[0];
}

EXPORT int sigblock(int mask)
{
    return real.sigblock(strip_int(mask));
}

EXPORT int sigsetmask(int mask)
{
    return real.sigsetmask(strip_int(mask));
}

EXPORT int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    sigset_t copy;

    return real.sigprocmask(how, how == SIG_UNBLOCK ? set : own_signals_strip(set, &copy), old);
}

EXPORT int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
    sigset_t copy;

    return real.pthread_sigmask(how, how == SIG_UNBLOCK ? set : own_signals_strip(set, &copy), old);
}

EXPORT int sigsuspend(const sigset_t *mask)
{
    sigset_t copy;
    struct timing t;

    mask = own_signals_strip_unread(mask, &copy);
    timing_begin(&t, NULL);
    return TIMING_REPEAT(&t, real.sigsuspend(mask));
}

EXPORT int sigwait(const sigset_t *set, int *sig)
{
    sigset_t copy;

    return real.sigwait(own_signals_strip_unread(set, &copy), sig);
}

EXPORT int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
    return sigtimedwait(set, info, NULL); /* as in libc */
}

EXPORT int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout)
{
    sigset_t copy;
    struct timing t;

    set = own_signals_strip_unread(set, &copy);
    if (timeout && !readable(timeout, sizeof *timeout))
        return real.sigtimedwait(set, info, timeout);
    timing_begin(&t, timeout);
    return TIMING_REPEAT(&t, real.sigtimedwait(set, info, timing_left(&t)));
}

EXPORT int signalfd(int fd, const sigset_t *mask, int flags)
{
    sigset_t copy;

    return real.signalfd(fd, own_signals_strip_unread(mask, &copy), flags);
}
