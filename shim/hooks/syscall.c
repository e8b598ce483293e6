/* SPDX-License-Identifier: ISC */
/*
 * syscall(): calls made by number go to the hook of their name.  libuv closes with
 * syscall(SYS_close), vsftpd forks with syscall(SYS_clone), inetd uses SYS_close_range.
 */
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "entry/fork.h"
#include "libc/export.h"
#include "libc/real.h"
#include "listener/listening.h"
#include "process/guest.h"
#include "process/own_signals.h"
#include "process/readable.h"
#include "process/self.h"

struct call {
    long number, a, b, c, d, e, f;
};

static void *pointer(long value)
{
    return (void *)value;
}

/* To the kernel their number is a long: more than an int holds are too many, too. */
static int pieces(long n)
{
    return n < 0 || n > INT_MAX ? -1 : (int)n;
}

static long forward(const struct call *c)
{
    return real.syscall(c->number, c->a, c->b, c->c, c->d, c->e, c->f);
}

/* What the kernel can't read makes no process at all. */
static bool shares_memory(const struct call *c)
{
    if (c->number == SYS_clone3)
        return readable(pointer(c->a), sizeof(uint64_t)) &&
               *(const uint64_t *)pointer(c->a) & CLONE_VM;
    return c->number == SYS_clone && (c->a & CLONE_VM);
}

/* A new process without its own memory (vfork, threads) is no business of ours. SYS_vfork returns
 * twice through this frame: a real fork can. */
static long fork_by_number(const struct call *c)
{
    bool shares = shares_memory(c);
    long pid;

    if (!shares)
        fork_prepare();
    pid = c->number == SYS_vfork ? real.syscall(SYS_fork, 0, 0, 0, 0, 0, 0) : forward(c);
    if (pid == 0 && !shares)
        fork_child();
    return pid;
}

/* The kernel's own layout of struct sigaction. */
struct kernel_sigaction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    unsigned long mask;
};

/* In the kernel's order: the new action counts although the old one can't be written. Whether it
 * can the kernel shows, with what it has. */
static long sigaction_by_number(const struct call *c)
{
    const struct kernel_sigaction *act = pointer(c->b);
    struct kernel_sigaction *old = pointer(c->c);
    struct sigaction to, from;

    if (c->d != sizeof(unsigned long) || !own_signals_ours((int)c->a) ||
        (act && !readable(act, sizeof *act)))
        return forward(c);
    if (act)
        to = (struct sigaction){.sa_handler = act->handler,
                                .sa_flags = (int)act->flags,
                                .sa_mask = {.__val = {act->mask}}};
    own_signals_action((int)c->a, act ? &to : NULL, &from);
    if (!old)
        return 0;
    if (real.syscall(c->number, c->a, 0, c->c, c->d, 0, 0) < 0)
        return -1;
    *old = (struct kernel_sigaction){.handler = from.sa_handler,
                                     .flags = (unsigned long)from.sa_flags,
                                     .mask = from.sa_mask.__val[0]};
    return 0;
}

static long sigprocmask_by_number(const struct call *c)
{
    const unsigned long *set = pointer(c->b);
    sigset_t stripped;

    if (!set || c->a == SIG_UNBLOCK || !readable(set, sizeof *set))
        return forward(c);
    own_signals_strip(&(sigset_t){.__val = {*set}}, &stripped);
    return real.syscall(c->number, c->a, (long)&stripped, c->c, c->d, 0, 0);
}

/* By libseccomp. */
static long confine_by_number(const struct call *c)
{
    if (!guest_is_running())
        listening_confine();
    return forward(c);
}

/* call_hook() sets *r and returns true for the number SYS_name. */
#define BY_NUMBER(name, call) \
    case SYS_##name:          \
        *r = call;            \
        return true
#define HOOK(name, ...) BY_NUMBER(name, name(__VA_ARGS__))

/* The numbers that have a hook, and how it is called. False: this is none of them. What all numbers
 * pass is inlined into the hook, where the arguments stay in registers as long as nobody takes the
 * address of their structure: so no number hands it to a function that others call, too. */
static bool call_hook(const struct call *c, long *r)
{
    if (__builtin_expect(c->number == SYS_close, 1)) { /* libuv, for each connection */
        *r = close((int)c->a);
        return true;
    }
    switch (c->number) {
        HOOK(close_range, (unsigned)c->a, (unsigned)c->b, (int)c->c);
        HOOK(dup, (int)c->a);
        HOOK(dup2, (int)c->a, (int)c->b);
        HOOK(dup3, (int)c->a, (int)c->b, (int)c->c);
        HOOK(fcntl, (int)c->a, (int)c->b, pointer(c->c));
        HOOK(ioctl, (int)c->a, (unsigned long)c->b, pointer(c->c));
        HOOK(flock, (int)c->a, (int)c->b);
        HOOK(openat, (int)c->a, pointer(c->b), (int)c->c, (mode_t)c->d);
        HOOK(shmctl, (int)c->a, (int)c->b, pointer(c->c));

        HOOK(socket, (int)c->a, (int)c->b, (int)c->c);
        HOOK(bind, (int)c->a, pointer(c->b), (socklen_t)c->c);
        HOOK(listen, (int)c->a, (int)c->b);
        HOOK(accept, (int)c->a, pointer(c->b), pointer(c->c));
        HOOK(accept4, (int)c->a, pointer(c->b), pointer(c->c), (int)c->d);
        HOOK(connect, (int)c->a, pointer(c->b), (socklen_t)c->c);
        HOOK(shutdown, (int)c->a, (int)c->b);
        HOOK(setsockopt, (int)c->a, (int)c->b, (int)c->c, pointer(c->d), (socklen_t)c->e);

        HOOK(read, (int)c->a, pointer(c->b), (size_t)c->c);
        HOOK(readv, (int)c->a, pointer(c->b), pieces(c->c));
        HOOK(recvfrom, (int)c->a, pointer(c->b), (size_t)c->c, (int)c->d, pointer(c->e),
             pointer(c->f));
        HOOK(recvmsg, (int)c->a, pointer(c->b), (int)c->c);
        HOOK(write, (int)c->a, pointer(c->b), (size_t)c->c);
        HOOK(writev, (int)c->a, pointer(c->b), pieces(c->c));
        HOOK(sendto, (int)c->a, pointer(c->b), (size_t)c->c, (int)c->d, pointer(c->e),
             (socklen_t)c->f);
        HOOK(sendmsg, (int)c->a, pointer(c->b), (int)c->c);
        HOOK(sendfile, (int)c->a, (int)c->b, pointer(c->c), (size_t)c->d);

        HOOK(epoll_ctl, (int)c->a, (int)c->b, (int)c->c, pointer(c->d));
        HOOK(epoll_wait, (int)c->a, pointer(c->b), (int)c->c, (int)c->d);
        HOOK(poll, pointer(c->a), (nfds_t)c->b, (int)c->c);

        HOOK(unlink, pointer(c->a));
        HOOK(unlinkat, (int)c->a, pointer(c->b), (int)c->c);
        HOOK(rename, pointer(c->a), pointer(c->b));
        HOOK(renameat, (int)c->a, pointer(c->b), (int)c->c, pointer(c->d));
        HOOK(renameat2, (int)c->a, pointer(c->b), (int)c->c, pointer(c->d), (unsigned)c->e);
        HOOK(link, pointer(c->a), pointer(c->b));
        HOOK(linkat, (int)c->a, pointer(c->b), (int)c->c, pointer(c->d), (int)c->e);

        HOOK(kill, (pid_t)c->a, (int)c->b);
        HOOK(getpgid, (pid_t)c->a);
        HOOK(getsid, (pid_t)c->a);
        HOOK(prctl, (int)c->a, c->b, c->c, c->d, c->e);
        BY_NUMBER(seccomp, confine_by_number(c));
        HOOK(execve, pointer(c->a), pointer(c->b), pointer(c->c));
        HOOK(execveat, (int)c->a, pointer(c->b), pointer(c->c), pointer(c->d), (int)c->e);
    case SYS_fork:
    case SYS_vfork:
    case SYS_clone:
        BY_NUMBER(clone3, fork_by_number(c));
        BY_NUMBER(rt_sigaction, sigaction_by_number(c));
        BY_NUMBER(rt_sigprocmask, sigprocmask_by_number(c));
    default:
        return false;
    }
}

/* By number none of these is a cancellation point: that is why libuv closes so. */
static bool call_uncancelled(const struct call *c, long *r)
{
    int state;
    bool done;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    done = call_hook(c, r);
    pthread_setcancelstate(state, NULL);
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
    return self.on && call_uncancelled(&c, &r) ? r : forward(&c);
}
