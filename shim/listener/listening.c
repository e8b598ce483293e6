/* SPDX-License-Identifier: ISC */
#include "listener/listening.h"

#include <sys/socket.h>
#include <errno.h>

#include "listener/ask.h"
#include "listener/closed.h"
#include "listener/nonblock.h"
#include "listener/replace.h"
#include "listener/state.h"
#include "listener/transient.h"
#include "process/bound_keys.h"
#include "process/bystander.h"
#include "process/epolls.h"
#include "process/fdtab.h"
#include "process/queues.h"
#include "process/readable.h"
#include "process/self.h"
#include "process/taken.h"
#include "protocol/address.h"
#include "protocol/message.h"

/* Nobody waits until the supervisor has its copies. While the queue is full (it stands still) what
 * does not fit is only marked in the page, and sent with the next one, or when somebody waits on
 * it. A restart fetches what is left (supervisor/step/unsent). */
static _Atomic bool owes; /* some listener here is marked */

/* False: later. */
static bool send_copy(int fd, int index)
{
    struct message m = {.version = MESSAGE_VERSION,
                        .type = MESSAGE_LISTEN,
                        .index = (uint32_t)index,
                        .pid = self_pid()};
    int r = message_try(self.fds.control, &m, fd);

    if (r == -EAGAIN)
        return false;
    if (r < 0)
        self_incomplete();
    return true;
}

/* A queue that is full for one is full for all. */
static bool send_marked(void)
{
    for (int fd = fdtab_next(0, FDS_LISTENING); fd >= 0; fd = fdtab_next(fd + 1, FDS_LISTENING)) {
        int index = fdtab_index(fd);

        if (!(atomic_load(self_listener_flags(index)) & LISTENER_UNSENT))
            continue;
        if (!send_copy(fd, index))
            return false;
        atomic_fetch_and(self_listener_flags(index), ~(uint32_t)LISTENER_UNSENT);
    }
    return true;
}

static void announce_rest(void)
{
    int saved = errno;

    if (atomic_load(&owes) && send_marked())
        atomic_store(&owes, false);
    errno = saved;
}

static void announce(int fd, int index)
{
    announce_rest();
    if (!atomic_load(&owes) && send_copy(fd, index))
        return;
    atomic_fetch_or(self_listener_flags(index), LISTENER_UNSENT);
    atomic_store(&owes, true);
}

/* A member of an SO_REUSEPORT group gets its number here: all may have been bound before the
 * first of them listens. */
static void give_number(int index, const struct address *a)
{
    _Atomic uint64_t *key = &self.page->listeners[index].key;

    for (int i = 0; state_is_member(a) && i < PAGE_LISTENERS; i++) {
        if (!page_has_other(self.page, index, atomic_load(key)))
            break;
        atomic_store(key, page_free_key(self.page, index, atomic_load(key)));
    }
}

/* A new listener of this generation. */
static void register_new(int fd, int index, const struct address *a, uint64_t key)
{
    uint64_t none = 0;

    atomic_compare_exchange_strong(&self.page->listeners[index].key, &none, key);
    give_number(index, a);
    transient_begin(index);
    closed_will_matter(index);
    state_track(fd, index, a, nonblock_is_set(fd));
    /* here, not when the supervisor has it: the next bind() of the group comes sooner */
    atomic_fetch_add(&self.page->held, 1);
    atomic_fetch_or(self_listener_flags(index), LISTENER_LISTENING);
    announce(fd, index);
}

/* Only while another generation has it as well is the flag itself not the server's. */
static bool believed_nonblock(int fd, uint32_t flags)
{
    bool shared = (flags & LISTENER_HELD) && (self_attention() & ATTENTION_OVERLAP);

    return shared ? (flags & LISTENER_NONBLOCK) != 0 : nonblock_is_set(fd);
}

/* It came with the process. Another one of the generation serves on it as well (uvicorn's workers
 * all listen on what their parent has bound), or the generation before did (LISTEN_FDS, inetd). */
static void inherit(int fd, int index, const struct address *a)
{
    _Atomic uint32_t *flags = self_listener_flags(index);
    uint32_t had = atomic_load(flags);

    if (had & LISTENER_HELD && !(had & LISTENER_USED))
        atomic_fetch_or(flags, LISTENER_ADOPTED);
    state_track(fd, index, a, believed_nonblock(fd, had));
    if (had & LISTENER_HELD)
        ask_queue(index);
}

/* Who claimed its entry was killed before the supervisor knew of it. Two that register it at the
 * same time do no harm. */
static bool is_unfinished(int index)
{
    return !(atomic_load(self_listener_flags(index)) & (LISTENER_HELD | LISTENER_USED));
}

/* What a draining generation opens for a client that it has (passive FTP) is its own, as without
 * us.  One more member of a group that it has given up would get clients of the successor. */
static bool is_late(uint64_t cookie)
{
    return (self_attention() & ATTENTION_DRAINING) && page_find_socket(self.page, cookie) < 0;
}

/* A name that the kernel has chosen, for this process has made the socket and did not bind it to
 * one; or that has its number in it, and that of nobody else. One that was renamed has another key.
 */
static bool is_passing(int fd, const struct address *a, uint64_t bound)
{
    if (bound == 0)
        return fdtab_kind(fd) == FD_FRESH && (a->family != AF_UNIX || !a->un.sun_path[0]);
    return a->family == AF_UNIX && bound == address_key(a, 0) && address_names(a, self_pid());
}

static void recognize(int fd, const struct address *a)
{
    uint64_t bound = bound_keys_get(fd), key = bound ? bound : address_key(a, 0), cookie = 0;
    uint32_t is = is_passing(fd, a, bound) ? LISTENER_PASSING : bound ? 0 : LISTENER_CAME;
    socklen_t len = sizeof cookie;
    bool claimed;
    int index;

    if (transient_expected(fd, a, bound))
        return;
    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
    if (is_late(cookie)) {
        if (state_is_given_up(a))
            replace_late(fd, a);
        return;
    }
    index = page_claim_listener(self.page, key, cookie, &claimed);
    if (index >= 0)
        atomic_fetch_or(self_listener_flags(index), is);
    if (index < 0)
        self_note("too many listeners, one is not handed over at restarts", "");
    else if (claimed || is_unfinished(index))
        register_new(fd, index, a, key);
    else
        inherit(fd, index, a);
}

void listening_begin(int fd)
{
    struct address a;
    int saved = errno;

    if (!self.on || fdtab_kind(fd) == FD_PLACEHOLDER || !address_of_socket(&a, fd) ||
        !bystander_takes_part())
        goto out;
    if (!fdtab_is(fd, FDS_LISTENING))
        recognize(fd, &a);
    else
        atomic_fetch_or(self_listener_flags(fdtab_index(fd)), LISTENER_LISTENING);
    if (fdtab_is(fd, FDS_LISTENING))
        replace_prepare(fd, &a);
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

bool listening_discover(int fd)
{
    struct address a;
    int saved = errno;
    bool found = self.on && address_of_socket(&a, fd) && is_server(fd, &a);

    errno = saved;
    if (!found)
        return false;
    listening_begin(fd);
    return fdtab_is(fd, FDS_SEEM_LISTENING);
}

/* As long as nobody but the generation has connected, each accept() looks (peers.h). */
static bool asks_who_connects(uint32_t flags)
{
    return (flags & (LISTENER_LOCAL | LISTENER_PUBLIC)) == LISTENER_LOCAL;
}

void listening_waited(int fd)
{
    uint32_t had, say = LISTENER_WAITED;

    if (!fdtab_is(fd, FDS_LISTENING))
        return;
    if (queues_wanted() && queues_end(fdtab_index(fd)) >= 0)
        say |= LISTENER_TAKES;
    had = atomic_fetch_or(self_listener_flags(fdtab_index(fd)), say);
    if (had & LISTENER_UNSENT)
        announce_rest();
    if (!(had & LISTENER_WAITED))
        self_ring();
    if (!(fdtab_get(fd) & FD_WAITED) && !taken_any() && !(say & LISTENER_TAKES) &&
        !asks_who_connects(had))
        fdtab_set_flag(fd, FD_WAITED, true);
    self.late = false;
}

static void leave_queue(int fd)
{
    epolls_leave_queue(fd);
    queues_leave(fdtab_index(fd));
}

void listening_look(void)
{
    for (int fd = fdtab_next(0, FDS_LISTENING); fd >= 0; fd = fdtab_next(fd + 1, FDS_LISTENING))
        if (queues_end(fdtab_index(fd)) < 0)
            continue;
        else if (queues_wanted())
            fdtab_set_flag(fd, FD_WAITED, false);
        else
            leave_queue(fd);
}

void listening_confine(void)
{
    readable_confine();
    for (int fd = fdtab_next(0, FDS_LISTENING); fd >= 0; fd = fdtab_next(fd + 1, FDS_LISTENING))
        leave_queue(fd);
}

void listening_ended(int fd)
{
    int index = fdtab_index(fd);

    fdtab_set(fd, FD_NONE);
    atomic_fetch_or(self_listener_flags(index), LISTENER_CLOSED);
    self_ring();
}

void listening_accepted(int fd)
{
    if (!transient_refuted(fd))
        return;
    fdtab_set(fd, FD_NONE);
    listening_begin(fd);
}
