/* SPDX-License-Identifier: ISC */
#include "wait/hide_suspended.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "libc/real.h"
#include "listener/suspend.h"
#include "process/fdset.h"
#include "process/readable.h"
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

/* The kernel is asked first, with no wait, for it has to read and to write the array, too. */
static bool is_array(struct pollfd *fds, nfds_t n)
{
    int saved = errno, r;

    do
        r = real.poll(fds, n, 0);
    while (r < 0 && errno == EINTR);
    errno = saved;
    return r >= 0;
}

void hide_begin_poll(struct hidden *h, struct pollfd *fds, nfds_t n)
{
    begin(h);
    h->any = h->any && is_array(fds, n);
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

/* As is_array(), with n up to FD_SETSIZE. The answer is written over the set, which is put back. */
static bool is_set(int n, fd_set *set)
{
    struct timeval now = {0};
    size_t bytes = readable_bytes(set, fdset_bytes(n));
    int saved = errno, r;
    fd_set had;

    if (bytes > sizeof had)
        return false;
    memcpy(&had, set, bytes);
    do
        r = real.select(n, set, NULL, NULL, &now);
    while (r < 0 && errno == EINTR);
    errno = saved;
    if (r >= 0)
        memcpy(set, &had, bytes);
    return r >= 0;
}

/* A set may be larger than an fd_set; what is suspended beyond is not hidden, only empty. */
static __attribute__((noinline)) void hide_selected(struct hidden *h, int n, fd_set *set)
{
    int end = n < FD_SETSIZE ? n : FD_SETSIZE;

    h->any = n > 0 && set && is_set(end, set);
    if (!h->any)
        return;
    FD_ZERO(&h->selected);
    for (int fd = fdtab_next(0, 1 << FD_SUSPENDED); fd >= 0 && fd < end;
         fd = fdtab_next(fd + 1, 1 << FD_SUSPENDED))
        if (fdset_has(set, fd)) {
            fdset_add(&h->selected, fd);
            fdset_remove(set, fd);
        }
}

void hide_begin_select(struct hidden *h, int n, fd_set *set)
{
    begin(h);
    if (h->any)
        hide_selected(h, n, set);
}

void hide_end_select(const struct hidden *h, int n, fd_set *set, int result)
{
    for (int fd = 0; h->any && result < 0 && fd < n && fd < FD_SETSIZE; fd++)
        if (fdset_has(&h->selected, fd))
            fdset_add(set, fd);
    end(h);
}
