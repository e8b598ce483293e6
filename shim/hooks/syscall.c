/* SPDX-License-Identifier: ISC */
/*
 * syscall(): calls made by number go to the hook of their name.  libuv closes with
 * syscall(SYS_close), vsftpd forks with syscall(SYS_clone), inetd uses SYS_close_range.
 */
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "entry/fork.h"
#include "entry/own_signals.h"
#include "libc/export.h"
#include "libc/real.h"
#include "process/self.h"

struct call {
    long number, a, b, c, d, e, f;
};

static void *pointer(long value)
{
    return (void *)value;
}

static long forward(const struct call *c)
{
    return real.syscall(c->number, c->a, c->b, c->c, c->d, c->e, c->f);
}

/* A new process without its own memory (vfork, threads) is no business of ours. */
static long fork_by_number(const struct call *c, bool shares_memory)
{
    long pid = forward(c);

    if (pid == 0 && !shares_memory)
        fork_child();
    return pid;
}

static bool call_fd(const struct call *c, long *r)
{
    switch (c->number) {
    case SYS_close:
        *r = close((int)c->a);
        return true;
    case SYS_close_range:
        *r = close_range((unsigned)c->a, (unsigned)c->b, (int)c->c);
        return true;
    case SYS_dup:
        *r = dup((int)c->a);
        return true;
    case SYS_dup2:
        *r = dup2((int)c->a, (int)c->b);
        return true;
    case SYS_dup3:
        *r = dup3((int)c->a, (int)c->b, (int)c->c);
        return true;
    case SYS_fcntl:
        *r = fcntl((int)c->a, (int)c->b, pointer(c->c));
        return true;
    case SYS_ioctl:
        *r = ioctl((int)c->a, (unsigned long)c->b, pointer(c->c));
        return true;
    default:
        return false;
    }
}

static bool call_sock(const struct call *c, long *r)
{
    switch (c->number) {
    case SYS_socket:
        *r = socket((int)c->a, (int)c->b, (int)c->c);
        return true;
    case SYS_bind:
        *r = bind((int)c->a, pointer(c->b), (socklen_t)c->c);
        return true;
    case SYS_listen:
        *r = listen((int)c->a, (int)c->b);
        return true;
    case SYS_accept:
        *r = accept((int)c->a, pointer(c->b), pointer(c->c));
        return true;
    case SYS_accept4:
        *r = accept4((int)c->a, pointer(c->b), pointer(c->c), (int)c->d);
        return true;
    case SYS_shutdown:
        *r = shutdown((int)c->a, (int)c->b);
        return true;
    case SYS_setsockopt:
        *r = setsockopt((int)c->a, (int)c->b, (int)c->c, pointer(c->d), (socklen_t)c->e);
        return true;
    default:
        return false;
    }
}

static bool call_wait(const struct call *c, long *r)
{
    switch (c->number) {
    case SYS_epoll_ctl:
        *r = epoll_ctl((int)c->a, (int)c->b, (int)c->c, pointer(c->d));
        return true;
    case SYS_epoll_wait:
        *r = epoll_wait((int)c->a, pointer(c->b), (int)c->c, (int)c->d);
        return true;
    case SYS_poll:
        *r = poll(pointer(c->a), (nfds_t)c->b, (int)c->c);
        return true;
    default:
        return false;
    }
}

static bool call_path(const struct call *c, long *r)
{
    switch (c->number) {
    case SYS_unlink:
        *r = unlink(pointer(c->a));
        return true;
    case SYS_unlinkat:
        *r = unlinkat((int)c->a, pointer(c->b), (int)c->c);
        return true;
    case SYS_rename:
        *r = rename(pointer(c->a), pointer(c->b));
        return true;
    case SYS_renameat:
        *r = renameat((int)c->a, pointer(c->b), (int)c->c, pointer(c->d));
        return true;
    case SYS_renameat2:
        *r = renameat2((int)c->a, pointer(c->b), (int)c->c, pointer(c->d), (unsigned)c->e);
        return true;
    default:
        return false;
    }
}

static bool call_process(struct call *c, long *r)
{
    switch (c->number) {
    case SYS_vfork: /* returns twice through this frame: a real fork can */
        c->number = SYS_fork;
        *r = fork_by_number(c, false);
        return true;
    case SYS_fork:
        *r = fork_by_number(c, false);
        return true;
    case SYS_clone:
        *r = fork_by_number(c, (c->a & CLONE_VM) != 0);
        return true;
    case SYS_clone3:
        *r = fork_by_number(c, (*(const unsigned long long *)pointer(c->a) & CLONE_VM) != 0);
        return true;
    case SYS_kill:
        *r = kill((pid_t)c->a, (int)c->b);
        return true;
    case SYS_execve:
        *r = execve(pointer(c->a), pointer(c->b), pointer(c->c));
        return true;
    case SYS_execveat:
        *r = execveat((int)c->a, pointer(c->b), pointer(c->c), pointer(c->d), (int)c->e);
        return true;
    default:
        return false;
    }
}

/* The kernel's own layout of struct sigaction. */
struct kernel_sigaction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
};

static long raw_sigaction(int sig, const struct kernel_sigaction *act, struct kernel_sigaction *old)
{
    struct sigaction to = {0}, from;

    if (act) {
        to.sa_handler = act->handler;
        to.sa_flags = (int)act->flags;
        ((unsigned long *)&to.sa_mask)[0] = act->mask;
    }
    own_signals_action(sig, act ? &to : NULL, &from);
    if (old)
        *old = (struct kernel_sigaction){.handler = from.sa_handler,
                                         .flags = (unsigned long)from.sa_flags,
                                         .mask = ((unsigned long *)&from.sa_mask)[0]};
    return 0;
}

static long raw_sigprocmask(struct call *c)
{
    unsigned long *set = pointer(c->b);
    sigset_t copy, stripped;

    if (!set || !self.on || c->a == SIG_UNBLOCK)
        return forward(c);
    sigemptyset(&copy);
    ((unsigned long *)&copy)[0] = *set;
    own_signals_strip(&copy, &stripped);
    c->b = (long)&stripped;
    return forward(c);
}

static bool call_signal(struct call *c, long *r)
{
    if (c->number == SYS_rt_sigprocmask) {
        *r = raw_sigprocmask(c);
        return true;
    }
    if (c->number != SYS_rt_sigaction || c->d != sizeof(unsigned long) ||
        !own_signals_ours((int)c->a))
        return false;
    *r = raw_sigaction((int)c->a, pointer(c->b), pointer(c->c));
    return true;
}

/* By number none of these is a cancellation point: that is why libuv closes so. */
static bool call_by_name(struct call *c, long *r)
{
    int state, ignored;
    bool done;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    done = call_fd(c, r) || call_sock(c, r) || call_wait(c, r) || call_path(c, r) ||
           call_process(c, r) || call_signal(c, r);
    pthread_setcancelstate(state, &ignored);
    return done;
}

EXPORT UNGUARDED long syscall(long number, ...)
{
    struct call c = {.number = number};
    va_list list;
    long r;

    va_start(list, number);
    c.a = va_arg(list, long);
    c.b = va_arg(list, long);
    c.c = va_arg(list, long);
    c.d = va_arg(list, long);
    c.e = va_arg(list, long);
    c.f = va_arg(list, long);
    va_end(list);
    /* before the constructor (jemalloc) and in programs we are not part of */
    return self.on && call_by_name(&c, &r) ? r : forward(&c);
}
