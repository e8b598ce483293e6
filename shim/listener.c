/* SPDX-License-Identifier: ISC */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "bound.h"
#include "datagrams.h"
#include "deaf.h"
#include "dummy.h"
#include "epolls.h"
#include "fdtab.h"
#include "message.h"
#include "mute.h"
#include "paths.h"
#include "real.h"
#include "shim.h"
#include "sockopts.h"

enum { REPLY_TIMEOUT_MS = 5000, KNOWN = LISTENER_HELD | LISTENER_LISTENING };

bool listener_blocking;

static struct page_listener *listener_entry(int fd)
{
    return &shim.page->listeners[fdtab_index(fd)];
}

static bool has_nonblock(int fd)
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
    shim.slow = &always;
}

/* What the generation before serves, and further members of a group that it serves. */
static bool is_held_back(int index, const struct address *a)
{
    return deaf_held_back() &&
           ((atomic_load(&shim.page->listeners[index].flags) & LISTENER_ADOPTED) ||
            page_find_member(shim.page, address_key(a, 0), 0, LISTENER_ADOPTED) >= 0);
}

static void listener_track(int fd, int index, const struct address *a, bool nonblock)
{
    struct page_listener *entry = &shim.page->listeners[index];
    bool deaf = is_held_back(index, a);

    fdtab_set_index(fd, index);
    if (deaf)
        deaf_begin();
    fdtab_set(fd, (uint8_t)((deaf ? FD_DEAF : FD_LISTENER) | (nonblock ? FD_NONBLOCK : 0) |
                            (a->type == SOCK_DGRAM ? FD_DATAGRAM : 0)));
    if (deaf)
        deaf_settle();
    if (nonblock)
        atomic_fetch_or(&entry->flags, LISTENER_NONBLOCK);
    else
        atomic_fetch_and(&entry->flags, ~(uint32_t)LISTENER_NONBLOCK);
    if (!nonblock)
        note_blocking();
}

/* Asks the supervisor for listener `index`: a descriptor, or -1. */
static int listener_ask(int index)
{
    struct message m = {.version = MESSAGE_VERSION,
                        .type = MESSAGE_ADOPT,
                        .index = (uint32_t)index,
                        .pid = shim_pid()};
    int reply[2];
    int fd = -1;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, reply) < 0)
        return -1;
    if (message_send(shim.control, &m, reply[1]) == 0) {
        real.close(reply[1]);
        reply[1] = -1;
        if (message_receive(reply[0], &m, &fd, REPLY_TIMEOUT_MS) <= 0)
            shim_note("no answer from the supervisor to bind(), asking the kernel", "");
    }
    real.close(reply[0]);
    if (reply[1] >= 0)
        real.close(reply[1]);
    return fd;
}

/* Any process of the server may have written what the page says of `index`. */
static int listener_request(int fd, int index, const struct address *a)
{
    int held = listener_ask(index);

    if (held < 0 || address_is_answered(a, fd, held))
        return held;
    shim_note("bind() was to be answered with another socket, asking the kernel", "");
    real.close(held);
    listener_closed(index); /* the supervisor looks */
    return -1;
}

/* Outside an overlap the shared flag is the server's; within one only O_NONBLOCK can be forced,
 * for the other generation emulates what it believes (see waits.c). */
static void listener_apply_nonblock(int fd, bool nonblock)
{
    const uint32_t shared = ATTENTION_OVERLAP | ATTENTION_DRAINING;

    if (nonblock || !(shim_attention() & shared))
        set_nonblock(fd, nonblock);
}

/* From here on this process may have to give the listener up again. */
static void listener_prepare(int fd, const struct address *a)
{
    int r = dummy_prepare(a->family, a->type);

    atomic_store(&shim.page->served, 1);
    if (r < 0)
        shim_note("a restart will cut connections, no dummy socket: ", strerrorname_np(-r));
    mute_settle(fd);
}

/* Its successor serves what this generation had: a worker that binds it again is late. */
static bool is_given_up(const struct address *a)
{
    return (shim_attention() & ATTENTION_DRAINING) && a->type != SOCK_DGRAM &&
           page_find_member(shim.page, address_key(a, 0), 0, KNOWN) >= 0;
}

/* haproxy does not call listen() on a socket that listens already, so this is the place where it
 * starts to serve. */
static bool listener_take(int fd, int index, const struct address *a)
{
    bool nonblock = has_nonblock(fd);
    long cloexec = real.fcntl(fd, F_GETFD, NULL);
    int held;

    if (is_given_up(a))
        return mute_newcomer(fd, a);
    held = listener_request(fd, index, a);
    if (held < 0)
        return false;
    sockopts_replay(fd, held);
    if (real.dup3(held, fd, cloexec & FD_CLOEXEC ? O_CLOEXEC : 0) < 0) {
        real.close(held);
        return false;
    }
    real.close(held);
    atomic_fetch_or(&shim.page->listeners[index].flags, LISTENER_ADOPTED);
    atomic_fetch_and(&shim.page->listeners[index].flags, ~(uint32_t)LISTENER_REMOVED);
    listener_track(fd, index, a, nonblock);
    listener_apply_nonblock(fd, nonblock);
    listener_prepare(fd, a);
    return true;
}

/* The n-th bind of any port in this generation is the n-th that the one before has. */
static bool listener_match_any_port(int fd, const struct address *a)
{
    uint64_t key = address_key(a, 0);
    unsigned n = atomic_fetch_add(&shim.page->binds[page_bucket(key)], 1);
    int index;

    if (n >= ADDRESS_NUMBERS)
        return false;
    key = address_key(a, n);
    bound_remember(fd, key);
    index = page_find_listener(shim.page, key, LISTENER_HELD);
    return index >= 0 && listener_take(fd, index, a);
}

static bool is_group(const struct address *a)
{
    return a->reuseport && a->family != AF_UNIX;
}

/* Who has bound a member and not closed it need not be asked for it: most of a large group. Nor is
 * one that another process is asking for just now. */
static bool may_be_free(_Atomic uint32_t *flags)
{
    uint32_t had = atomic_load(flags);

    if (had & (LISTENER_ADOPTED | LISTENER_LISTENING))
        return (had & LISTENER_CLOSED) != 0;
    return !(atomic_fetch_or(flags, LISTENER_ASKED) & LISTENER_ASKED);
}

/* Members are alike: the first that nobody has. */
static bool listener_match_member(int fd, const struct address *a)
{
    uint64_t key = address_key(a, 0);
    int index = page_find_member(shim.page, key, 0, KNOWN);

    bound_remember(fd, key);
    if (index >= 0 && is_given_up(a))
        return mute_newcomer(fd, a);
    for (; index >= 0; index = page_find_member(shim.page, key, index + 1, KNOWN)) {
        _Atomic uint32_t *flags = &shim.page->listeners[index].flags;

        if (!may_be_free(flags))
            continue;
        if (listener_take(fd, index, a))
            return true;
        atomic_fetch_and(flags, ~(uint32_t)LISTENER_ASKED);
    }
    return false;
}

static bool listener_match(int fd, const struct address *a)
{
    int index;

    if (a->any_port) /* a datagram socket with any port is a client's */
        return a->type != SOCK_DGRAM && listener_match_any_port(fd, a);
    if (is_group(a))
        return listener_match_member(fd, a);
    index = page_find_listener(shim.page, address_key(a, 0), KNOWN);
    bound_remember(fd, address_key(a, 0));
    return index >= 0 && !paths_bind_anew(a, index) && listener_take(fd, index, a);
}

bool listener_adopt(int fd, const struct sockaddr *addr, socklen_t len)
{
    struct address a;
    int saved = errno;
    bool adopted = shim.on && address_of_bind(&a, fd, addr, len) && !fdtab_seems_to_listen(fd) &&
                   listener_match(fd, &a);

    errno = saved;
    return adopted;
}

bool listener_adopt_path(int fd, const struct address *a)
{
    int index = page_find_listener(shim.page, address_key(a, 0), LISTENER_HELD);

    return index >= 0 && !paths_lost(a, index) && listener_take(fd, index, a);
}

/* Should that fail, the supervisor fetches it when it needs it (supervisor/lost.h). */
static void listener_announce(int fd, int index)
{
    struct message m = {.version = MESSAGE_VERSION,
                        .type = MESSAGE_LISTEN,
                        .index = (uint32_t)index,
                        .pid = shim_pid()};

    if (message_send(shim.control, &m, fd) < 0) {
        atomic_fetch_add(&shim.page->lost, 1);
        shim_ring();
    }
}

/* A member of an SO_REUSEPORT group gets its number here: all may have been bound before the
 * first of them listens. */
static void listener_number(int index, const struct address *a)
{
    _Atomic uint64_t *key = &shim.page->listeners[index].key;

    for (int i = 0; is_group(a) && i < PAGE_LISTENERS; i++) {
        if (!page_has_other(shim.page, index, atomic_load(key)))
            break;
        atomic_store(key, page_free_key(shim.page, index, atomic_load(key)));
    }
}

/* A new listener of this generation. */
static void listener_register(int fd, int index, const struct address *a, uint64_t key)
{
    uint64_t none = 0;

    atomic_compare_exchange_strong(&shim.page->listeners[index].key, &none, key);
    listener_number(index, a);
    listener_track(fd, index, a, has_nonblock(fd));
    /* here, not when the supervisor has it: the next bind() of the group comes sooner */
    atomic_fetch_add(&shim.page->held, 1);
    atomic_fetch_or(&shim.page->listeners[index].flags, LISTENER_LISTENING);
    listener_announce(fd, index);
}

/* Only while another generation has it as well is the flag itself not the server's. */
static bool believed_nonblock(int fd, uint32_t flags)
{
    bool shared = (flags & LISTENER_HELD) && (shim_attention() & ATTENTION_OVERLAP);

    return shared ? (flags & LISTENER_NONBLOCK) != 0 : has_nonblock(fd);
}

/* It came with the process. Another one of the generation serves on it as well (uvicorn's workers
 * all listen on what their parent has bound), or the generation before did (LISTEN_FDS, inetd). */
static void listener_inherit(int fd, int index, const struct address *a)
{
    _Atomic uint32_t *flags = &shim.page->listeners[index].flags;
    uint32_t had = atomic_load(flags);

    if (had & LISTENER_HELD && !(had & (LISTENER_ADOPTED | LISTENER_LISTENING)))
        atomic_fetch_or(flags, LISTENER_ADOPTED);
    listener_track(fd, index, a, believed_nonblock(fd, had));
}

/* Who claimed its entry was killed before the supervisor heard of it. Two that register it at the
 * same time do no harm. */
static bool is_unfinished(int index)
{
    return !(atomic_load(&shim.page->listeners[index].flags) & (KNOWN | LISTENER_ADOPTED));
}

/* What a draining generation opens for a client that it has (passive FTP) is its own, as without
 * us.  One more member of a group that it has given up would get clients of the successor. */
static bool is_newcomer(uint64_t cookie)
{
    return (shim_attention() & ATTENTION_DRAINING) && page_find_socket(shim.page, cookie) < 0;
}

static void listener_recognize(int fd, const struct address *a)
{
    uint64_t bound = bound_key(fd), key = bound ? bound : address_key(a, 0), cookie = 0;
    socklen_t len = sizeof cookie;
    bool claimed;
    int index;

    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
    if (is_newcomer(cookie)) {
        if (is_given_up(a))
            mute_newcomer(fd, a);
        return;
    }
    index = page_claim_listener(shim.page, key, cookie, &claimed);
    if (index < 0)
        shim_note("too many listeners, one is not handed over at restarts", "");
    else if (claimed || is_unfinished(index))
        listener_register(fd, index, a, key);
    else
        listener_inherit(fd, index, a);
}

void listener_listening(int fd)
{
    struct address a;
    int saved = errno;

    if (!shim.on || fdtab_kind(fd) == FD_DUMMY || !address_of_socket(&a, fd))
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
    bool found = shim.on && address_of_socket(&a, fd) && is_server(fd, &a);

    errno = saved;
    if (!found)
        return false;
    listener_listening(fd);
    return fdtab_seems_to_listen(fd);
}

void listener_waited(int fd)
{
    if (!fdtab_listens(fd))
        return;
    if (!(atomic_fetch_or(&listener_entry(fd)->flags, LISTENER_WAITED) & LISTENER_WAITED))
        shim_ring();
}

void listener_closed(int index)
{
    uint32_t had = atomic_fetch_or(&shim.page->listeners[index].flags, LISTENER_CLOSED);

    if (!(had & LISTENER_CLOSED))
        shim_ring();
}

void listener_set_nonblock(int fd, bool on)
{
    struct page_listener *entry = listener_entry(fd);

    fdtab_set_flag(fd, FD_NONBLOCK, on);
    if (!fdtab_listens(fd) || (deaf_to(fd) && (shim_attention() & ATTENTION_DRAINING)))
        return;
    if (on)
        atomic_fetch_or(&entry->flags, LISTENER_NONBLOCK);
    else
        atomic_fetch_and(&entry->flags, ~(uint32_t)LISTENER_NONBLOCK);
    if (!on)
        note_blocking();
    listener_apply_nonblock(fd, on);
}
