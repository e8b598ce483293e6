/* SPDX-License-Identifier: ISC */
#include "wait/hide_suspended.h"

#include <stddef.h>

#include "listener/suspend.h"
#include "process/fdset.h"
#include "process/self.h"
#include "process/waiters.h"

/* In the array they mark what hide_end_poll() has to give back. */
static const struct {
    short shown, hidden;
} marks[] = {{POLLIN, 0x4000}, {POLLRDNORM, 0x1000}};

enum { MARKS = sizeof marks / sizeof marks[0] };

static void hide(short *events)
{
    for (int i = 0; i < MARKS; i++)
        if (*events & marks[i].shown)
            *events = (short)((*events & ~marks[i].shown) | marks[i].hidden);
}

static void show(short *events)
{
    for (int i = 0; i < MARKS; i++)
        if (*events & marks[i].hidden)
            *events = (short)((*events & ~marks[i].hidden) | marks[i].shown);
}

/* Entered before the kinds are looked at: who resumes then sees this thread, or this
 * thread sees that it was done. */
static void begin(struct hidden *h)
{
    h->any = suspend_any;
    h->ticket = h->any && !(self_attention() & ATTENTION_DRAINING) ? waiters_enter(true) : -1;
}

/* The last one out may be the one that the supervisor waits for. */
static void end(const struct hidden *h)
{
    if (h->ticket < 0)
        return;
    waiters_leave(h->ticket);
    suspend_waited();
}

void hide_begin_poll(struct hidden *h, struct pollfd *fds, nfds_t n)
{
    begin(h);
    h->any &= fds && n <= FDTAB_SIZE;
    for (nfds_t i = 0; h->any && i < n; i++)
        if (suspend_applies(fds[i].fd))
            hide(&fds[i].events);
}

void hide_end_poll(const struct hidden *h, struct pollfd *fds, nfds_t n)
{
    for (nfds_t i = 0; h->any && i < n; i++)
        show(&fds[i].events);
    end(h);
}

/* A set may be larger than an fd_set; what is suspended beyond is not hidden, only empty. */
void hide_begin_select(struct hidden *h, int n, fd_set *readable)
{
    begin(h);
    h->any &= readable != NULL;
    if (!h->any)
        return;
    FD_ZERO(&h->selected);
    for (int fd = fdtab_next(0, 1 << FD_SUSPENDED); fd >= 0 && fd < n && fd < FD_SETSIZE;
         fd = fdtab_next(fd + 1, 1 << FD_SUSPENDED))
        if (fdset_has(readable, fd)) {
            fdset_add(&h->selected, fd);
            fdset_remove(readable, fd);
        }
}

void hide_end_select(const struct hidden *h, int n, fd_set *readable, int result)
{
    for (int fd = 0; h->any && result < 0 && fd < n && fd < FD_SETSIZE; fd++)
        if (fdset_has(&h->selected, fd))
            fdset_add(readable, fd);
    end(h);
}
