/* SPDX-License-Identifier: ISC */
#include "wait/interest.h"

#include "listener/listening.h"
#include "process/epolls.h"
#include "process/fdset.h"
#include "process/fdtab.h"
#include "process/readable.h"

/* Until it is ready, and as long as the supervisor wants to know who looks into the second queues.
 */
static bool is_asked_for(void)
{
    return (self_attention() & (ATTENTION_STARTING | ATTENTION_TAKING)) != 0;
}

/* Also a listener that the process was started with (LISTEN_FDS). */
static void waited(int fd)
{
    if (fdtab_get(fd) == FD_NONE)
        listening_discover(fd);
    listening_waited(fd);
    epolls_each(fd, listening_waited); /* EventMachine polls its epoll */
}

/* The kernel refuses more without a look at the array. */
static bool is_array(const struct pollfd *fds, nfds_t n)
{
    return n <= FDTAB_SIZE && readable(fds, n * sizeof *fds);
}

void interest_begin_poll(struct pollfd *fds, nfds_t n)
{
    if (!is_asked_for() || !is_array(fds, n))
        return;
    for (nfds_t i = 0; i < n; i++)
        if (fds[i].events & POLLIN)
            waited(fds[i].fd);
}

/* n may be getdtablesize() and the set smaller: the kernel looks at what can be open only. */
static __attribute__((noinline)) void each_selected(int n, const fd_set *set, void (*visit)(int fd))
{
    int first = n < FD_SETSIZE ? n : FD_SETSIZE,
        has = 8 * (int)readable_after(set, (first + 7) / 8);

    for (int fd = 0; fd < first && fd < has; fd++)
        if (fdset_has(set, fd))
            visit(fd);
    for (int fd = fdtab_next(FD_SETSIZE, 1 << FD_LISTENER); fd >= 0 && fd < n;
         fd = fdtab_next(fd + 1, 1 << FD_LISTENER))
        if (readable((const char *)set + fd / 8, 1) && fdset_has(set, fd))
            visit(fd);
}

void interest_begin_select(int n, const fd_set *set)
{
    if (is_asked_for() && n > 0 && readable(set, 1))
        each_selected(n, set, waited);
}

void interest_begin_epoll(int epfd)
{
    if (!is_asked_for())
        return;
    epolls_inherit(epfd);
    epolls_each(epfd, listening_waited);
}
