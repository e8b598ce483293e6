/* SPDX-License-Identifier: ISC */
#include "process/epolls.h"

#include <sys/types.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>

#include "libc/real.h"
#include "process/fdtab.h"
#include "process/guest.h"
#include "process/listener_lock.h"
#include "process/queues.h"
#include "process/self.h"

enum { EMPTY, FILLING, USED };

enum { ANY = INT_MIN };

/* What the kernel has of it. */
enum state { ATTACHED, SILENT, DETACHED };

struct registration {
    _Atomic int used;
    int epfd, fd;
    pid_t owner;
    enum state now;
    struct epoll_event event;
};

static struct registration table[PAGE_EPOLLS];
static _Atomic int filled; /* entries beyond never were */

/* The first from `r` on of this epoll and of this listener. */
static struct registration *find(struct registration *r, int epfd, int fd)
{
    for (const struct registration *end = table + atomic_load(&filled); r < end; r++)
        if (atomic_load(&r->used) == USED && (epfd == ANY || r->epfd == epfd) &&
            (fd == ANY || r->fd == fd))
            return r;
    return NULL;
}

/* What is not in the table would stay in its epoll when the listener is given up, and take the
 * wake-ups that are the successor's. */
static void say_full(void)
{
    static atomic_flag said = ATOMIC_FLAG_INIT;

    if (atomic_flag_test_and_set(&said))
        return;
    self_note("listeners are in more than 16384 epolls", "");
    self_incomplete();
}

static struct registration *registration_new(void)
{
    for (int i = 0; i < PAGE_EPOLLS; i++) {
        int empty = EMPTY;
        int n = atomic_load(&filled);

        if (!atomic_compare_exchange_strong(&table[i].used, &empty, FILLING))
            continue;
        while (n <= i && !atomic_compare_exchange_weak(&filled, &n, i + 1))
            ;
        return &table[i];
    }
    say_full();
    return NULL;
}

/* Whoever is told of it calls accept() on the listener. */
static void add_queue(const struct registration *r)
{
    int queue = fdtab_is(r->fd, FDS_LISTENING) ? queues_end(fdtab_index(r->fd)) : -1;
    struct epoll_event asked = r->event;
    int saved = errno;

    if (queue >= 0 && real.epoll_ctl(r->epfd, EPOLL_CTL_ADD, queue, &asked) < 0 && errno == EEXIST)
        real.epoll_ctl(r->epfd, EPOLL_CTL_MOD, queue, &asked);
    errno = saved;
}

static void remove_queue(const struct registration *r)
{
    int queue = queues_end(fdtab_index(r->fd)), saved = errno;

    if (queue >= 0)
        real.epoll_ctl(r->epfd, EPOLL_CTL_DEL, queue, NULL);
    errno = saved;
}

void epolls_note(int epfd, int op, int fd, const struct epoll_event *event, bool silently)
{
    struct registration *r = find(table, epfd, fd);

    if (op == EPOLL_CTL_DEL) {
        if (r) {
            remove_queue(r);
            atomic_store(&r->used, EMPTY);
        }
        return;
    }
    if (!event || (!r && !(r = registration_new())))
        return;
    r->epfd = epfd;
    r->fd = fd;
    r->owner = memory_owner;
    r->now = silently ? SILENT : ATTACHED;
    r->event = *event;
    if (!silently)
        add_queue(r);
    atomic_store(&r->used, USED);
}

static bool take_out(struct registration *r)
{
    remove_queue(r);
    if (real.epoll_ctl(r->epfd, EPOLL_CTL_DEL, r->fd, NULL) != 0)
        return false;
    r->now = DETACHED;
    return true;
}

void epolls_detach(int fd)
{
    for (struct registration *r = table; (r = find(r, ANY, fd)); r++)
        take_out(r);
}

void epolls_attach(int fd)
{
    for (struct registration *r = table; (r = find(r, ANY, fd)); r++) {
        /* not modified: that is refused with EPOLLEXCLUSIVE, and reports no edge */
        if (r->now == DETACHED || (r->now == SILENT && take_out(r)))
            real.epoll_ctl(r->epfd, EPOLL_CTL_ADD, fd, &r->event);
        add_queue(r);
        r->now = ATTACHED;
    }
}

void epolls_leave_queue(int fd)
{
    for (struct registration *r = table; (r = find(r, ANY, fd)); r++)
        remove_queue(r);
}

void epolls_renew(void)
{
    for (struct registration *r = table; (r = find(r, ANY, ANY)); r++)
        if (r->now == ATTACHED && (r->event.events & EPOLLEXCLUSIVE) && take_out(r)) {
            real.epoll_ctl(r->epfd, EPOLL_CTL_ADD, r->fd, &r->event);
            add_queue(r);
            r->now = ATTACHED;
        }
}

static void add(const struct registration *r)
{
    struct epoll_event asked = r->event;

    if (r->now == SILENT)
        asked.events = 0;
    if (r->now != DETACHED)
        real.epoll_ctl(r->epfd, EPOLL_CTL_ADD, r->fd, &asked);
    if (r->now == ATTACHED)
        add_queue(r);
}

/* First the mark: the parent looks for it again when it has removed it. */
static void inherit(struct registration *r)
{
    atomic_fetch_or(self_listener_flags(fdtab_index(r->fd)), LISTENER_LENT);
    r->owner = memory_owner;
    add(r);
}

static bool is_foreign(const struct registration *r)
{
    return r->owner != memory_owner && fdtab_is(r->fd, FDS_LISTENING);
}

void epolls_inherit(int epfd)
{
    int saved = errno;

    for (struct registration *r = table; (r = find(r, epfd, ANY)); r++)
        if (is_foreign(r) && listener_lock_take()) {
            inherit(r);
            listener_lock_release();
        }
    errno = saved;
}

static bool is_lent(int index)
{
    return index >= 0 && (atomic_load(self_listener_flags(index)) & LISTENER_LENT);
}

static void withdraw(const struct registration *r, int index)
{
    if (r->owner != memory_owner || is_lent(index))
        return;
    remove_queue(r);
    real.epoll_ctl(r->epfd, EPOLL_CTL_DEL, r->fd, NULL);
    if (is_lent(index))
        add(r);
}

void epolls_close(int fd, int index)
{
    int saved = errno;

    for (struct registration *r = table; (r = find(r, ANY, fd)); r++) {
        withdraw(r, index);
        atomic_store(&r->used, EMPTY);
    }
    errno = saved;
}

void epolls_each(int epfd, void (*visit)(int fd))
{
    for (struct registration *r = table; (r = find(r, epfd, ANY)); r++)
        visit(r->fd);
}

bool epolls_find(int epfd, int fd, struct epoll_event *wanted)
{
    const struct registration *r = find(table, epfd, fd);

    if (r)
        *wanted = r->event;
    return r != NULL;
}

int epolls_reported(int epfd, const struct epoll_event *event)
{
    for (struct registration *r = table; (r = find(r, epfd, ANY)); r++)
        if (r->event.data.u64 == event->data.u64)
            return r->fd;
    return -1;
}

void epolls_rearm(int epfd, int fd)
{
    struct epoll_event wanted;
    int saved = errno;

    if (epolls_find(epfd, fd, &wanted) && (wanted.events & EPOLLONESHOT))
        real.epoll_ctl(epfd, EPOLL_CTL_MOD, fd, &wanted);
    errno = saved;
}
