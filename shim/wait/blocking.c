/* SPDX-License-Identifier: ISC */
#include "wait/blocking.h"

#include <sys/signalfd.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "libc/real.h"
#include "process/fdtab.h"
#include "process/own_fds.h"
#include "process/queues.h"
#include "process/signal_target.h"
#include "process/waiters.h"

/*
 * Which handler has run can't be told afterwards.  So the signals that are to end the call are
 * watched by a signalfd: it is readable when one of them is pending for this thread, and they are
 * blocked but for the sleep, so that none gets lost between two sleeps.
 */
struct enders {
    sigset_t set;
    sigset_t own; /* the mask of the thread */
    int fd;       /* -1: there are none */
    bool known;   /* EINTR stands for another signal */
};

/* A fault, or the trap of a sandbox, would kill where it is blocked. */
static bool is_fault(int sig)
{
    return sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE || sig == SIGILL || sig == SIGTRAP ||
           sig == SIGSYS;
}

/* The kernel is asked, for a handler may have been installed by a raw system call. */
static bool ends_calls(int sig)
{
    struct sigaction now;

    return !is_fault(sig) && real.sigaction(sig, NULL, &now) == 0 && now.sa_handler != SIG_DFL &&
           now.sa_handler != SIG_IGN && !(now.sa_flags & SA_RESTART);
}

static bool find_enders(sigset_t *set, const sigset_t *blocked)
{
    bool any = false;

    sigemptyset(set);
    for (int sig = 1; sig < NSIG; sig++)
        if (!sigismember(blocked, sig) && ends_calls(sig)) {
            sigaddset(set, sig);
            any = true;
        }
    return any;
}

/* Have all handlers of the server SA_RESTART? */
static bool all_restart(void)
{
    sigset_t set, none;
    int saved = errno;
    bool any;

    sigemptyset(&none);
    any = find_enders(&set, &none);
    errno = saved;
    return !any;
}

/* With SO_RCVTIMEO the kernel gives EINTR after any handler. */
static void enders_begin(struct enders *e, bool limited)
{
    int fd;

    *e = (struct enders){.fd = -1, .known = !limited};
    real.pthread_sigmask(SIG_BLOCK, NULL, &e->own);
    if (limited || !find_enders(&e->set, &e->own))
        return;
    fd = real.signalfd(-1, &e->set, SFD_CLOEXEC);
    e->fd = fd < 0 ? -1 : own_fds_raise(fd);
    e->known = e->fd >= 0;
    if (e->known)
        real.pthread_sigmask(SIG_BLOCK, &e->set, NULL);
}

/* Here the handlers run of what ended the call. */
static void enders_end(const struct enders *e)
{
    if (e->fd < 0)
        return;
    if (fdtab_turn(e->fd, FD_OWN, FD_NONE))
        real.close(e->fd);
    real.pthread_sigmask(SIG_SETMASK, &e->own, NULL);
}

/* What is slept on: the descriptor, and beside a listener its second queue. */
enum { ITSELF, QUEUE, ENDERS, ASKED };

static bool has_arrived(const struct pollfd p[ASKED])
{
    return p[ITSELF].revents || p[QUEUE].revents;
}

/* The signalfd shows what is pending for the process, too: until the main thread has taken that it
 * stays blocked here. */
static int sleep_once(struct pollfd p[ASKED], struct timing *t, const struct enders *e)
{
    static const struct timespec moment = {.tv_nsec = 10000000};
    int r = real.ppoll(p, ASKED, timing_left(t), &e->own);

    if (r > 0 && !has_arrived(p) && signal_target_is_main(&e->set)) {
        real.ppoll(p, ENDERS, &moment, NULL);
        errno = EINTR;
        return -1;
    }
    return r;
}

static int wait_for_arrival(int fd, struct timing *t)
{
    uint8_t was = fdtab_get(fd);
    struct enders e;
    struct pollfd p[ASKED];
    int r, error;

    enders_begin(&e, !t->endless);
    p[ITSELF] = (struct pollfd){.fd = fd, .events = POLLIN};
    p[QUEUE] = (struct pollfd){.fd = queues_of(fd), .events = POLLIN};
    p[ENDERS] = (struct pollfd){.fd = e.fd, .events = POLLIN};
    do
        r = sleep_once(p, t, &e);
    while (r < 0 && errno == EINTR && e.known && fdtab_get(fd) == was);
    error = r < 0 ? errno : EAGAIN;
    enders_end(&e);
    if (r > 0 && !has_arrived(p)) {
        errno = EINTR;
        return -1;
    }
    if (r > 0 || (error == EINTR && e.known)) /* fd is something else by now */
        return 0;
    errno = error;
    return timing_again(t, r) ? 0 : -1;
}

/* A sleep without limit is restarted by the kernel, or ended as the call would be. */
static bool goes_on(struct timing *t, const struct timespec *left)
{
    return left && (timing_again(t, -1) || (t->endless && all_restart()));
}

/* By the sandbox of a server that has no threads. */
static bool is_refused(int error)
{
    return error != EAGAIN && error != EINTR && error != ETIMEDOUT;
}

static int wait_silently(int fd)
{
    const struct timespec *left;
    struct timing t;
    long r;

    timing_begin_receiving(&t, fd);
    for (;;) {
        uint32_t seen = waiters_woken();

        if (!blocking_is_silent(fd))
            return 0;
        left = timing_left(&t);
        r = waiters_sleep(seen, left);
        if (r < 0 && errno == ETIMEDOUT && !timing_again(&t, 0)) {
            errno = EAGAIN;
            return -1;
        }
        if (r < 0 && errno == EINTR && !goes_on(&t, left))
            return -1;
        if (r < 0 && is_refused(errno))
            return wait_for_arrival(fd, &t);
    }
}

int blocking_wait(int fd, struct timing *t)
{
    return blocking_is_silent(fd) ? wait_silently(fd) : wait_for_arrival(fd, t);
}
