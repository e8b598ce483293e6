/* SPDX-License-Identifier: ISC */
#include "epolls.h"

#include <sys/types.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

#include "process.h"
#include "real.h"

enum { REGISTRATIONS = 1024 };

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

static struct registration table[REGISTRATIONS];
static _Atomic int filled; /* entries beyond never were */

static struct registration *registration_find(int epfd, int fd)
{
    int n = atomic_load(&filled);

    for (int i = 0; i < n; i++)
        if (atomic_load(&table[i].used) == USED && table[i].epfd == epfd && table[i].fd == fd)
            return &table[i];
    return NULL;
}

static struct registration *registration_new(void)
{
    for (int i = 0; i < REGISTRATIONS; i++) {
        int empty = EMPTY;
        int n = atomic_load(&filled);

        if (!atomic_compare_exchange_strong(&table[i].used, &empty, FILLING))
            continue;
        while (n <= i && !atomic_compare_exchange_weak(&filled, &n, i + 1))
            ;
        return &table[i];
    }
    return NULL;
}

void epolls_note(int epfd, int op, int fd, const struct epoll_event *event, bool silently)
{
    struct registration *r = registration_find(epfd, fd);

    if (op == EPOLL_CTL_DEL) {
        if (r)
            atomic_store(&r->used, EMPTY);
        return;
    }
    if (!r)
        r = registration_new();
    if (!r || !event)
        return;
    r->epfd = epfd;
    r->fd = fd;
    r->owner = process_owner();
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

void epolls_silence(int fd)
{
    int saved = errno;

    for (int i = 0; i < atomic_load(&filled); i++) {
        struct registration *r = &table[i];
        struct epoll_event nothing = {.data = r->event.data};

        if (atomic_load(&r->used) == USED && r->fd == fd && take_out(r) &&
            real.epoll_ctl(r->epfd, EPOLL_CTL_ADD, fd, &nothing) == 0)
            r->now = SILENT;
    }
    errno = saved;
}

void epolls_detach(int fd)
{
    int saved = errno;

    for (int i = 0; i < atomic_load(&filled); i++)
        if (atomic_load(&table[i].used) == USED && table[i].fd == fd)
            take_out(&table[i]);
    errno = saved;
}

void epolls_attach(int fd)
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

void epolls_close(int fd)
{
    int saved = errno;

    for (int i = 0; i < atomic_load(&filled); i++) {
        struct registration *r = &table[i];

        if (atomic_load(&r->used) != USED || r->fd != fd)
            continue;
        if (r->owner == process_owner())
            real.epoll_ctl(r->epfd, EPOLL_CTL_DEL, fd, NULL);
        atomic_store(&r->used, EMPTY);
    }
    errno = saved;
}

void epolls_each(int epfd, void (*visit)(int fd))
{
    int n = atomic_load(&filled);

    for (int i = 0; i < n; i++)
        if (atomic_load(&table[i].used) == USED && table[i].epfd == epfd)
            visit(table[i].fd);
}
