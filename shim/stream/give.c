/* SPDX-License-Identifier: ISC */
#include "stream/give.h"

#include <sys/single_threaded.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "libc/real.h"
#include "process/connections.h"
#include "process/fdtab.h"
#include "process/guest.h"
#include "process/listener_lock.h"
#include "process/own_fds.h"
#include "process/readable.h"
#include "process/registrations.h"
#include "process/self.h"
#include "protocol/address.h"
#include "protocol/message.h"
#include "protocol/tcp_counts.h"

/* Of one listener, for one message. */
struct batch {
    int index;
    unsigned n;
    int fds[MESSAGE_FDS];
    struct registration_found where[MESSAGE_FDS];
};

static _Atomic bool passes; /* the server sends its connections to other processes */

static int end = -1, other_end = -1;

void give_look_at_sent(const struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c;
         c = CMSG_NXTHDR((struct msghdr *)(uintptr_t)message, c)) {
        const int *fds = (const int *)CMSG_DATA(c);

        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof *fds; i++)
            if (fdtab_kind(fds[i]) == FD_CONNECTION)
                atomic_store(&passes, true);
    }
}

/* Its other side stays open, so that writing there neither fails nor raises SIGPIPE. */
static int end_of_file(void)
{
    int pair[2];

    if (end >= 0)
        return end;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        return -1;
    real.shutdown(pair[1], SHUT_WR);
    own_fds_park(&end, pair[0]);
    own_fds_park(&other_end, pair[1]);
    return end;
}

/* With other threads: who sleeps in read() has the open file, whatever the number becomes, and who
 * was told that something has come, or tries it just after accept(), is about to read. */
static bool is_left_alone(int fd, const struct tcp_counts *c)
{
    if (__libc_single_threaded)
        return true;
    return c->received == 0 && connections_notes[fd].accepted + 1 < (uint32_t)time(NULL) &&
           (real.fcntl(fd, F_GETFL, NULL) & O_NONBLOCK);
}

static bool may_go(int fd)
{
    struct tcp_counts c;

    return !connections_is_copied(fd) && tcp_counts(fd, &c) && tcp_counts_untouched(&c) &&
           is_left_alone(fd, &c);
}

static int find_listener(const struct address *a)
{
    unsigned n = page_entries(self.page);

    for (unsigned i = 0; i < n; i++)
        if ((atomic_load(self_listener_flags((int)i)) & LISTENER_GIVES) &&
            address_has_key(a, atomic_load(&self.page->listeners[i].key)))
            return (int)i;
    return -1;
}

/* Where it was accepted: its address is the listener's, or that is one for all. Of several members
 * of a group any will do. */
static int listener_of(int fd)
{
    struct address a;
    int index;

    if (!address_of_socket(&a, fd))
        return -1;
    index = find_listener(&a);
    if (index >= 0)
        return index;
    if (a.family == AF_INET)
        a.in.sin_addr.s_addr = htonl(INADDR_ANY);
    else
        memset(&a.in6.sin6_addr, 0, sizeof a.in6.sin6_addr);
    return find_listener(&a);
}

static void take_out(const struct batch *b, unsigned i)
{
    if (b->where[i].epfd >= 0)
        real.epoll_ctl(b->where[i].epfd, EPOLL_CTL_DEL, b->fds[i], NULL);
}

static void put_back(struct batch *b, unsigned i)
{
    if (b->where[i].epfd >= 0)
        real.epoll_ctl(b->where[i].epfd, EPOLL_CTL_ADD, b->fds[i], &b->where[i].event);
}

/* It is in no epoll by now, which would report the connection for ever: the open file lives on. */
static void let_go(struct batch *b, unsigned i)
{
    int fd = b->fds[i];
    long flags = real.fcntl(fd, F_GETFD, NULL);

    real.dup3(end, fd, flags & FD_CLOEXEC ? O_CLOEXEC : 0);
    put_back(b, i);
    fdtab_turn(fd, FD_GIVEN, FD_NONE);
    connections_closed();
}

static void keep(struct batch *b, unsigned i)
{
    put_back(b, i);
    if (!fdtab_turn(b->fds[i], FD_GIVEN, FD_CONNECTION))
        connections_closed(); /* the server has closed it, and waits for us */
}

/* What has come while it was in the epoll somebody may have been told of. */
static void sort_out(struct batch *b)
{
    unsigned n = 0;

    for (unsigned i = 0; i < b->n; i++) {
        take_out(b, i);
        if (!may_go(b->fds[i])) {
            keep(b, i);
            continue;
        }
        b->fds[n] = b->fds[i];
        b->where[n++] = b->where[i];
    }
    b->n = n;
}

static bool is_full(int error)
{
    return error == -EAGAIN || error == -ETOOMANYREFS || error == -ENOBUFS || error == -ENOMEM;
}

/* False: not now. */
static bool send_batch(struct batch *b)
{
    const struct message m = {.version = MESSAGE_VERSION,
                              .type = MESSAGE_GIVE,
                              .index = (uint32_t)b->index,
                              .pid = self_pid()};
    int r;

    sort_out(b);
    r = b->n > 0 ? message_try_all(self.fds.control, &m, b->fds, b->n) : 0;
    for (unsigned i = 0; i < b->n; i++)
        if (r == 0)
            let_go(b, i);
        else
            keep(b, i);
    b->n = 0;
    return !is_full(r);
}

/* A close() from here on waits until the connection has gone, or stays: its number is not to be
 * something else meanwhile. */
static void add(struct batch *b, int fd, int index)
{
    struct registration_found *where = &b->where[b->n];

    if (!registrations_find(fd, where) || !fdtab_turn(fd, FD_CONNECTION, FD_GIVEN))
        return;
    b->index = index;
    b->fds[b->n++] = fd;
}

/* False: some are left for which there was no room. */
static bool give_from(int fd)
{
    struct batch b = {.n = 0};
    bool room = true;

    for (; room && fd >= 0; fd = fdtab_next(fd + 1, 1 << FD_CONNECTION)) {
        int index = may_go(fd) ? listener_of(fd) : -1;

        if (index >= 0 && b.n > 0 && (index != b.index || b.n == MESSAGE_FDS))
            room = send_batch(&b);
        if (index >= 0 && room)
            add(&b, fd, index);
    }
    return send_batch(&b) && room;
}

/* Most processes have none, and needn't read where they are registered. */
static int first(void)
{
    for (int fd = fdtab_next(0, 1 << FD_CONNECTION); fd >= 0;
         fd = fdtab_next(fd + 1, 1 << FD_CONNECTION))
        if (may_go(fd) && listener_of(fd) >= 0)
            return fd;
    return -1;
}

static bool any_gives(void)
{
    unsigned n = page_entries(self.page);

    for (unsigned i = 0; i < n; i++)
        if (atomic_load(self_listener_flags((int)i)) & LISTENER_GIVES)
            return true;
    return false;
}

static bool give_all(void)
{
    int fd = any_gives() ? first() : -1;
    bool all;

    if (fd < 0 || end_of_file() < 0 || !registrations_read(atomic_load(&fdtab_highest) + 1))
        return true;
    all = give_from(fd);
    registrations_forget();
    return all;
}

static bool may_give(void)
{
    return (self_attention() & ATTENTION_DRAINING) && !atomic_load(&passes) &&
           atomic_load(&self.page->keep_alive) != KEEP_ALIVE_OFF && !readable_confined() &&
           !guest_is_running();
}

/* The supervisor first takes the mark from the listeners, then looks here: so it sees that we are
 * at it, or we see that it is over. */
void give_run(void)
{
    int saved = errno;
    bool mine = false, all = true;

    atomic_store(&self.slot->giving, GIVING_NOW);
    if (may_give()) {
        mine = listener_lock_try();
        all = mine && give_all();
    }
    atomic_store(&self.slot->giving, all ? GIVING_NOTHING : GIVING_MORE);
    if (mine)
        listener_lock_release();
    errno = saved;
}
