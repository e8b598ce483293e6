/* SPDX-License-Identifier: ISC */
#include "wait/interest.h"

#include "listener/listening.h"
#include "listener/nonblock.h"
#include "process/epolls.h"
#include "process/fdset.h"
#include "process/fdtab.h"

static bool starting(void)
{
    return (self_attention() & ATTENTION_STARTING) != 0;
}

/* Also a listener that the process was started with (LISTEN_FDS). */
static void waited(int fd)
{
    if (fdtab_get(fd) == FD_NONE)
        listening_discover(fd);
    listening_waited(fd);
    epolls_each(fd, listening_waited); /* EventMachine polls its epoll */
}

/* The kernel refuses these without a look at the array. */
static bool is_array(const struct pollfd *fds, nfds_t n)
{
    return fds && n <= FDTAB_SIZE;
}

void interest_begin_poll(struct pollfd *fds, nfds_t n)
{
    for (nfds_t i = 0; starting() && is_array(fds, n) && i < n; i++)
        if (fds[i].events & POLLIN)
            waited(fds[i].fd);
}

/* n may be getdtablesize() and the set smaller: the kernel looks at what can be open only. */
static void each_selected(int n, const fd_set *set, void (*visit)(int fd))
{
    for (int fd = 0; fd < n && fd < FD_SETSIZE; fd++)
        if (fdset_has(set, fd))
            visit(fd);
    for (int fd = fdtab_next(FD_SETSIZE, 1 << FD_LISTENER); fd >= 0 && fd < n;
         fd = fdtab_next(fd + 1, 1 << FD_LISTENER))
        if (fdset_has(set, fd))
            visit(fd);
}

void interest_begin_select(int n, const fd_set *readable)
{
    if (starting() && readable)
        each_selected(n, readable, waited);
}

void interest_begin_epoll(int epfd)
{
    if (starting())
        epolls_each(epfd, listening_waited);
}

/* One that is a placeholder or suspended by now was not yet when it was found readable. */
static void mark_polled(int fd)
{
    if (fdtab_is(fd, FDS_SEEM_LISTENING) && !(fdtab_get(fd) & FD_NONBLOCK))
        fdtab_set_flag(fd, FD_POLLED, true);
}

void interest_end_poll(const struct pollfd *fds, nfds_t n)
{
    for (nfds_t i = 0; nonblock_any_blocking && i < n; i++)
        if (fds[i].revents & POLLIN)
            mark_polled(fds[i].fd);
}

void interest_end_select(int n, const fd_set *readable)
{
    if (nonblock_any_blocking && readable)
        each_selected(n, readable, mark_polled);
}

void interest_end_epoll(int epfd)
{
    if (nonblock_any_blocking)
        epolls_each(epfd, mark_polled);
}
