/* SPDX-License-Identifier: ISC */
/* Broken versions. */
#include "server.h"

#include <sys/resource.h>
#include <sys/time.h>

#include <signal.h>
#include <unistd.h>

static _Noreturn void crash(void)
{
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    _exit(1); /* not reached */
}

static _Noreturn void hang(void)
{
    for (;;)
        pause();
}

static void die_later(int sig)
{
    (void)sig;
    _exit(70);
}

void fault_before_bind(void)
{
    if (config.fault == FAULT_EXIT)
        _exit(config.fault_value);
    if (config.fault == FAULT_CRASH)
        crash();
    if (config.fault == FAULT_HANG)
        hang();
}

void fault_before_listen(void)
{
    if (config.fault == FAULT_NEVER_LISTEN)
        hang();
}

void fault_after_listen(void)
{
    struct itimerval when = {.it_value = {.tv_sec = config.fault_value / 1000,
                                          .tv_usec = config.fault_value % 1000 * 1000}};

    if (config.fault == FAULT_AFTER_BIND)
        crash();
    if (config.fault == FAULT_LATER) {
        signal(SIGALRM, die_later);
        setitimer(ITIMER_REAL, &when, NULL);
    }
}
