/* SPDX-License-Identifier: ISC */
#include "process/registrations.h"

#include <sys/types.h>
#include <errno.h>
#include <stdatomic.h>

#include "libc/real.h"
#include "process/owner.h"
#include "process/self.h"

enum { EMPTY, FILLING, USED };

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

static struct registration *registration_find(int epfd, int fd)
{
    int n = atomic_load(&filled);

    for (int i = 0; i < n; i++)
        if (atomic_load(&table[i].used) == USED && table[i].epfd == epfd && table[i].fd == fd)
            return &table[i];
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
    atomic_fetch_add(&self.page->lost, 1);
    self_ring();
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

void registrations_note(int epfd, int op, int fd, const struct epoll_event *event, bool silently)
{
    struct registration *r = registration_find(epfd, fd);

    if (op == EPOLL_CTL_DEL) {
        if (r)
            atomic_store(&r->used, EMPTY);
        return;
    }
    if (!event || (!r && !(r = registration_new())))
        return;
    r->epfd = epfd;
    r->fd = fd;
    r->owner = owner_pid();
    r->now = silently ? SILENT : ATTACHED;
    r->event = *event;
    atomic_store(&r->used, USED);
}

static bool take_out(struct registration *r)
{
    if (real.epoll_ctl(r->epfd, EPOLL_CTL_DEL, r->fd, NULL) != 0)
        return false;
    r->now = DETACHED;
    return true;
}

void registrations_detach(int fd)
{
    int saved = errno;

    for (int i = 0; i < atomic_load(&filled); i++)
        if (atomic_load(&table[i].used) == USED && table[i].fd == fd)
            take_out(&table[i]);
    errno = saved;
}

void registrations_attach(int fd)
{
    int saved = errno;

    for (int i = 0; i < atomic_load(&filled); i++) {
        struct registration *r = &table[i];

        if (atomic_load(&r->used) != USED || r->fd != fd)
            continue;
        /* not modified: that is refused with EPOLLEXCLUSIVE, and reports no edge */
        if (r->now == DETACHED || (r->now == SILENT && take_out(r)))
            real.epoll_ctl(r->epfd, EPOLL_CTL_ADD, fd, &r->event);
        r->now = ATTACHED;
    }
    errno = saved;
}

void registrations_close(int fd)
{
    int saved = errno;

    for (int i = 0; i < atomic_load(&filled); i++) {
        struct registration *r = &table[i];

        if (atomic_load(&r->used) != USED || r->fd != fd)
            continue;
        if (r->owner == owner_pid())
            real.epoll_ctl(r->epfd, EPOLL_CTL_DEL, fd, NULL);
        atomic_store(&r->used, EMPTY);
    }
    errno = saved;
}

void registrations_each(int epfd, void (*visit)(int fd))
{
    int n = atomic_load(&filled);

    for (int i = 0; i < n; i++)
        if (atomic_load(&table[i].used) == USED && table[i].epfd == epfd)
            visit(table[i].fd);
}
