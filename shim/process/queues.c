/* SPDX-License-Identifier: ISC */
#include "process/queues.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "libc/real.h"
#include "process/own_fds.h"

_Atomic int queues_ends[PAGE_LISTENERS];

static _Atomic unsigned kept;

bool queues_have_room(void)
{
    return atomic_load(&kept) < QUEUES_MOST;
}

void queues_keep(int index, int end)
{
    int high = own_fds_raise(end), none = 0;

    if (high < 0)
        return;
    if (atomic_compare_exchange_strong(&queues_ends[index], &none, high + 1)) {
        atomic_fetch_add(&kept, 1);
        return;
    }
    fdtab_set(high, FD_NONE);
    real.close(high);
}

static int forget(int index)
{
    int end = atomic_exchange(&queues_ends[index], 0) - 1;

    if (end >= 0) {
        atomic_fetch_sub(&kept, 1);
        atomic_fetch_and(self_listener_flags(index), ~(uint32_t)LISTENER_TAKES);
    }
    return end;
}

void queues_leave(int index)
{
    int saved = errno, end = forget(index);

    if (end >= 0 && fdtab_turn(end, FD_OWN, FD_NONE))
        real.close(end);
    errno = saved;
}

bool queues_yield(int fd)
{
    for (int i = 0; i < PAGE_LISTENERS; i++)
        if (queues_end(i) == fd) {
            forget(i);
            fdtab_set(fd, FD_NONE);
            return true;
        }
    return false;
}

/* One connection a message, so that each process takes one at a time. */
static int receive(int end)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    char byte;
    struct iovec iov = {&byte, 1};
    struct msghdr hdr = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = CMSG_LEN(sizeof(int))};
    int fd = -1;

    if (real.recvmsg(end, &hdr, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0)
        return -1;
    if (hdr.msg_controllen >= CMSG_LEN(sizeof fd) && control.header.cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
    if (fd < 0)
        errno = EMFILE; /* the kernel had no number for it */
    return fd;
}

/* O_NONBLOCK is the open file's: it is as the server before had it. */
static void set_flags(int fd, int flags)
{
    real.fcntl(fd, F_SETFL, (void *)(long)(flags & SOCK_NONBLOCK ? O_NONBLOCK : 0));
    if (!(flags & SOCK_CLOEXEC))
        real.fcntl(fd, F_SETFD, NULL);
}

/* A message is gone when it has been read, also where no number is left for what it carries. */
static bool has_number(int end)
{
    int number = (int)real.fcntl(end, F_DUPFD_CLOEXEC, NULL);

    if (number >= 0)
        real.close(number);
    return number >= 0;
}

/* A handler may have left the queue a moment ago: then the kernel's is asked, as if this one had
 * been empty. Without a number, or a good address, that would not help. */
static int not_there(void)
{
    if (errno != EMFILE && errno != ENFILE)
        errno = EAGAIN;
    return -1;
}

int queues_accept(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
    int end = queues_of(fd), r;

    if (end < 0 || (flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK))) {
        errno = EAGAIN;
        return -1;
    }
    r = has_number(end) ? receive(end) : -1;
    if (r < 0)
        return not_there();
    set_flags(r, flags);
    if (!addr || getpeername(r, addr, len) == 0 || (errno != EFAULT && errno != EINVAL))
        return r;
    real.close(r); /* as accept() does with a bad address */
    return -1;
}
