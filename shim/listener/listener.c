/* SPDX-License-Identifier: ISC */
#include "listener/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "libc/real.h"
#include "listener/announce.h"
#include "listener/brief.h"
#include "listener/placeholder.h"
#include "listener/replace.h"
#include "listener/state.h"
#include "listener/suspend.h"
#include "process/bindings.h"
#include "process/fdtab.h"
#include "process/registrations.h"
#include "process/self.h"
#include "protocol/address.h"

bool listener_blocking;

static struct page_listener *listener_entry(int fd)
{
    return &self.page->listeners[fdtab_index(fd)];
}

bool listener_has_nonblock(int fd)
{
    return (real.fcntl(fd, F_GETFL, NULL) & O_NONBLOCK) != 0;
}

static void set_nonblock(int fd, bool on)
{
    long flags = real.fcntl(fd, F_GETFL, NULL);

    if (flags >= 0 && ((flags & O_NONBLOCK) != 0) != on)
        real.fcntl(fd, F_SETFL, (void *)(flags ^ O_NONBLOCK));
}

static void note_blocking(void)
{
    static const _Atomic uint32_t always = 1;

    listener_blocking = true;
    self.slow = &always;
}

/* What the generation before serves, and further members of a group that it serves. */
static bool is_held_back(int index, const struct address *a)
{
    return suspend_requested() &&
           ((atomic_load(&self.page->listeners[index].flags) & LISTENER_ADOPTED) ||
            page_find_member(self.page, address_key(a, 0), 0, LISTENER_ADOPTED) >= 0);
}

void listener_track(int fd, int index, const struct address *a, bool nonblock)
{
    struct page_listener *entry = &self.page->listeners[index];
    bool deaf = is_held_back(index, a);

    fdtab_set_index(fd, index);
    if (deaf)
        suspend_begin();
    fdtab_set(fd, (uint8_t)((deaf ? FD_SUSPENDED : FD_LISTENER) | (nonblock ? FD_NONBLOCK : 0) |
                            (a->type == SOCK_DGRAM ? FD_DATAGRAM : 0)));
    if (deaf)
        suspend_settle();
    if (nonblock)
        atomic_fetch_or(&entry->flags, LISTENER_NONBLOCK);
    else
        atomic_fetch_and(&entry->flags, ~(uint32_t)LISTENER_NONBLOCK);
    if (!nonblock)
        note_blocking();
}

void listener_apply_nonblock(int fd, bool nonblock)
{
    const uint32_t shared = ATTENTION_OVERLAP | ATTENTION_DRAINING;

    if (nonblock || !(self_attention() & shared))
        set_nonblock(fd, nonblock);
}

void listener_prepare(int fd, const struct address *a)
{
    int r = placeholder_prepare(a->family, a->type);

    atomic_store(&self.page->served, 1);
    if (r < 0)
        self_note("a restart will cut connections, no dummy socket: ", strerrorname_np(-r));
    replace_settle(fd);
}

/* A member of an SO_REUSEPORT group gets its number here: all may have been bound before the
 * first of them listens. */
static void listener_number(int index, const struct address *a)
{
    _Atomic uint64_t *key = &self.page->listeners[index].key;

    for (int i = 0; listener_is_member(a) && i < PAGE_LISTENERS; i++) {
        if (!page_has_other(self.page, index, atomic_load(key)))
            break;
        atomic_store(key, page_free_key(self.page, index, atomic_load(key)));
    }
}

/* A new listener of this generation. */
static void listener_register(int fd, int index, const struct address *a, uint64_t key)
{
    uint64_t none = 0;

    atomic_compare_exchange_strong(&self.page->listeners[index].key, &none, key);
    listener_number(index, a);
    brief_begin(index);
    listener_track(fd, index, a, listener_has_nonblock(fd));
    /* here, not when the supervisor has it: the next bind() of the group comes sooner */
    atomic_fetch_add(&self.page->held, 1);
    atomic_fetch_or(&self.page->listeners[index].flags, LISTENER_LISTENING);
    announce_listener(fd, index);
}

/* Only while another generation has it as well is the flag itself not the server's. */
static bool believed_nonblock(int fd, uint32_t flags)
{
    bool shared = (flags & LISTENER_HELD) && (self_attention() & ATTENTION_OVERLAP);

    return shared ? (flags & LISTENER_NONBLOCK) != 0 : listener_has_nonblock(fd);
}

/* It came with the process. Another one of the generation serves on it as well (uvicorn's workers
 * all listen on what their parent has bound), or the generation before did (LISTEN_FDS, inetd). */
static void listener_inherit(int fd, int index, const struct address *a)
{
    _Atomic uint32_t *flags = &self.page->listeners[index].flags;
    uint32_t had = atomic_load(flags);

    if (had & LISTENER_HELD && !(had & (LISTENER_ADOPTED | LISTENER_LISTENING)))
        atomic_fetch_or(flags, LISTENER_ADOPTED);
    listener_track(fd, index, a, believed_nonblock(fd, had));
}

/* Who claimed its entry was killed before the supervisor heard of it. Two that register it at the
 * same time do no harm. */
static bool is_unfinished(int index)
{
    return !(atomic_load(&self.page->listeners[index].flags) & (LISTENER_KNOWN | LISTENER_ADOPTED));
}

/* What a draining generation opens for a client that it has (passive FTP) is its own, as without
 * us.  One more member of a group that it has given up would get clients of the successor. */
static bool is_newcomer(uint64_t cookie)
{
    return (self_attention() & ATTENTION_DRAINING) && page_find_socket(self.page, cookie) < 0;
}

static void listener_recognize(int fd, const struct address *a)
{
    uint64_t bound = bindings_key(fd), key = bound ? bound : address_key(a, 0), cookie = 0;
    socklen_t len = sizeof cookie;
    bool claimed;
    int index;

    if (brief_expected(fd, a, bound))
        return;
    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
    if (is_newcomer(cookie)) {
        if (listener_is_given_up(a))
            replace_late(fd, a);
        return;
    }
    index = page_claim_listener(self.page, key, cookie, &claimed);
    if (index < 0)
        self_note("too many listeners, one is not handed over at restarts", "");
    else if (claimed || is_unfinished(index))
        listener_register(fd, index, a, key);
    else
        listener_inherit(fd, index, a);
}

void listener_listening(int fd)
{
    struct address a;
    int saved = errno;

    if (!self.on || fdtab_kind(fd) == FD_PLACEHOLDER || !address_of_socket(&a, fd))
        goto out;
    if (!fdtab_listens(fd))
        listener_recognize(fd, &a);
    else
        atomic_fetch_or(&listener_entry(fd)->flags, LISTENER_LISTENING);
    if (fdtab_listens(fd))
        listener_prepare(fd, &a);
out:
    errno = saved;
}

/* A datagram socket serves if it is bound to something and not connected. */
static bool is_server(int fd, const struct address *a)
{
    struct sockaddr_storage peer;
    int listening = 0;
    socklen_t len = sizeof listening, peer_len = sizeof peer;

    if (a->type == SOCK_DGRAM)
        return !a->any_port && getpeername(fd, (struct sockaddr *)&peer, &peer_len) < 0;
    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening;
}

bool listener_discover(int fd)
{
    struct address a;
    int saved = errno;
    bool found = self.on && address_of_socket(&a, fd) && is_server(fd, &a);

    errno = saved;
    if (!found)
        return false;
    listener_listening(fd);
    return fdtab_seems_to_listen(fd);
}

void listener_waited(int fd)
{
    uint32_t had;

    if (!fdtab_listens(fd))
        return;
    had = atomic_fetch_or(&listener_entry(fd)->flags, LISTENER_WAITED);
    if (had & LISTENER_UNSENT)
        announce_rest();
    if (!(had & LISTENER_WAITED))
        self_ring();
}

void listener_accepted(int fd)
{
    if (!brief_refuted(fd))
        return;
    fdtab_set(fd, FD_NONE);
    listener_listening(fd);
}

void listener_closed(int index)
{
    _Atomic uint32_t *flags = &self.page->listeners[index].flags;

    if (atomic_load(flags) & LISTENER_CLOSED)
        return;
    brief_end(index);
    atomic_fetch_or(flags, LISTENER_CLOSED);
    self_ring();
}

void listener_set_nonblock(int fd, bool on)
{
    struct page_listener *entry = listener_entry(fd);

    fdtab_set_flag(fd, FD_NONBLOCK, on);
    if (!fdtab_listens(fd) || (suspend_applies(fd) && (self_attention() & ATTENTION_DRAINING)))
        return;
    if (on)
        atomic_fetch_or(&entry->flags, LISTENER_NONBLOCK);
    else
        atomic_fetch_and(&entry->flags, ~(uint32_t)LISTENER_NONBLOCK);
    if (!on)
        note_blocking();
    listener_apply_nonblock(fd, on);
}
