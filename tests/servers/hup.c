/* SPDX-License-Identifier: ISC */
/* What servers do with SIGHUP. Each way says on stderr when a SIGHUP gets through. */
#include "server.h"

#include <sys/signalfd.h>

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

int hup_signalfd = -1;

static void log_line(void)
{
    static const char text[] = "server: SIGHUP arrived\n";
    if (write(STDERR_FILENO, text, sizeof(text) - 1) == -1)
        return;
}

static void on_hup(int sig)
{
    int error = errno;
    (void)sig;
    log_line();
    errno = error;
}

static sigset_t only_hup(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    return set;
}

static void block(const sigset_t *set)
{
    if (pthread_sigmask(SIG_BLOCK, set, NULL) != 0)
        errx(1, "pthread_sigmask");
}

/* Dispositions and masks, inherited by every thread and child to come. */
void hup_prepare(void)
{
    struct sigaction action = {.sa_handler = on_hup, .sa_flags = SA_RESTART};
    sigset_t hup = only_hup(), all;

    if (config.block_signals) {
        sigfillset(&all);
        block(&all);
    }
    if (config.hup == HUP_INSTALL)
        sigaction(SIGHUP, &action, NULL);
    if (config.hup == HUP_IGNORE)
        signal(SIGHUP, SIG_IGN);
    if (config.hup == HUP_BLOCK || config.hup == HUP_SIGWAIT || config.hup == HUP_SIGNALFD)
        block(&hup);
    if (config.hup == HUP_SIGNALFD)
        hup_signalfd = signalfd(-1, &hup, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void *sigwait_run(void *unused)
{
    sigset_t hup = only_hup();
    int sig;

    while (sigwait(&hup, &sig) == 0)
        log_line();
    return unused;
}

static void sigwait_start(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, sigwait_run, NULL) != 0)
        errx(1, "pthread_create");
}

/* In every process that serves, for threads don't survive a fork. */
void hup_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (config.hup == HUP_SIGWAIT)
        pthread_once(&once, sigwait_start);
}

void hup_read_signalfd(void)
{
    struct signalfd_siginfo info;
    while (read(hup_signalfd, &info, sizeof(info)) == sizeof(info))
        log_line();
}
