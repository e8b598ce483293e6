/* SPDX-License-Identifier: ISC */
#include "server.h"

#include <sys/socket.h>
#include <sys/syscall.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int accept_by_option(int listener)
{
    switch (config.accepting) {
    case ACCEPT_ACCEPT:
        return accept(listener, NULL, NULL);
    case ACCEPT_ACCEPT4:
        return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    case ACCEPT_SYSCALL:
        return (int)syscall(SYS_accept4, listener, NULL, NULL, SOCK_CLOEXEC);
    }
    return -1;
}

/* Who has seen a client and may block expects no error. */
static bool is_passing(int error)
{
    if (config.way->blocking_listener)
        return error == EINTR;
    return error == EAGAIN || error == EINTR || error == ECONNABORTED;
}

/* -1: nothing to accept now. */
int accept_connection(int listener)
{
    int fd = accept_by_option(listener);
    if (fd == -1 && !is_passing(errno))
        err(1, "accept");
    return fd;
}
