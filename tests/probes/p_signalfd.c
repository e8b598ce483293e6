/* SPDX-License-Identifier: ISC */
#include <sys/signalfd.h>
#include <poll.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"

static int signal_from(int fd)
{
    struct signalfd_siginfo info;

    return read(fd, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : -1;
}

PROBE(signalfd)
{
    sigset_t set = set_of(SIGUSR1), usr2 = set_of(SIGUSR2);
    struct pollfd p = {.events = POLLIN};

    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    p.fd = (int)TRY(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    show_flags(p.fd);
    TRY(signal_from(p.fd));
    raise(SIGUSR1);
    TRY(poll(&p, 1, 1000));
    TRY(signal_from(p.fd));
    TRY(signal_from(p.fd));
    sigprocmask(SIG_BLOCK, &usr2, NULL);
    TRY(signalfd(p.fd, &usr2, 0));
    raise(SIGUSR2);
    raise(SIGUSR1);
    TRY(signal_from(p.fd));
    TRY(signal_from(p.fd));
    TRY(signalfd(77, &set, 0));
    TRY(signalfd(STDIN_FILENO, &set, 0));
    TRY(signalfd(-1, &set, 1));
    show_fds();
    signal(SIGUSR1, SIG_IGN); /* still pending */
}
