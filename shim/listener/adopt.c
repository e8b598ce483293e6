/* SPDX-License-Identifier: ISC */
#include "listener/adopt.h"

#include <errno.h>
#include <fcntl.h>

#include "libc/real.h"
#include "listener/ask.h"
#include "listener/closed.h"
#include "listener/nonblock.h"
#include "listener/path_state.h"
#include "listener/replace.h"
#include "listener/state.h"
#include "listener/transient.h"
#include "process/bound_keys.h"
#include "process/bystander.h"
#include "process/fdtab.h"
#include "process/readable.h"
#include "process/sockopts.h"

/* Any process of the server may have written what the page says of `index`. */
static int request(int fd, int index, const struct address *a)
{
    int held = ask_listener(index);

    if (held < 0 || address_is_answered(a, fd, held))
        return held;
    self_note("bind() was to be answered with another socket, asking the kernel", "");
    real.close(held);
    closed_note(index); /* the supervisor looks */
    return -1;
}

/* haproxy does not call listen() on a socket that listens already, so this is the place where it
 * starts to serve. */
static bool take(int fd, int index, const struct address *a)
{
    bool nonblock = nonblock_is_set(fd);
    long cloexec = real.fcntl(fd, F_GETFD, NULL);
    int held;

    if (state_is_given_up(a))
        return replace_late(fd, a);
    held = request(fd, index, a);
    if (held < 0)
        return false;
    sockopts_replay(fd, held);
    if (real.dup3(held, fd, cloexec & FD_CLOEXEC ? O_CLOEXEC : 0) < 0) {
        real.close(held);
        return false;
    }
    real.close(held);
    atomic_fetch_or(self_listener_flags(index), LISTENER_ADOPTED);
    atomic_fetch_and(self_listener_flags(index), ~(uint32_t)LISTENER_REMOVED);
    transient_begin(index);
    closed_will_matter(index);
    state_track(fd, index, a, nonblock);
    nonblock_apply(fd, nonblock);
    ask_queue(index);
    replace_prepare(fd, a);
    return true;
}

/* The n-th bind of any port in this generation is the n-th that the one before has. */
static bool match_any_port(int fd, const struct address *a)
{
    const unsigned last = ADDRESS_NUMBERS - 1; /* of all beyond */
    uint64_t key = address_key(a, 0);
    unsigned n = atomic_fetch_add(&self.page->binds[page_bucket(key)], 1);
    int index;

    key = address_key(a, n < last ? n : last);
    bound_keys_remember(fd, key, false);
    index = n < last ? page_find_listener(self.page, key, LISTENER_HELD) : -1;
    return index >= 0 && take(fd, index, a);
}

/* Who has bound a member and not closed it need not be asked for it: most of a large group. Nor is
 * one that another process is asking for just now. */
static bool may_be_free(_Atomic uint32_t *flags)
{
    uint32_t had = atomic_load(flags);

    if (had & LISTENER_USED)
        return (had & LISTENER_CLOSED) != 0;
    return !(atomic_fetch_or(flags, LISTENER_ASKED) & LISTENER_ASKED);
}

/* Members are alike: the first that nobody has. */
static bool match_member(int fd, const struct address *a)
{
    uint64_t key = address_key(a, 0);
    int index = page_find_member(self.page, key, 0, LISTENER_KNOWN);

    bound_keys_remember(fd, key, false);
    if (index >= 0 && state_is_given_up(a))
        return replace_late(fd, a);
    for (; index >= 0; index = page_find_member(self.page, key, index + 1, LISTENER_KNOWN)) {
        _Atomic uint32_t *flags = self_listener_flags(index);

        if (!may_be_free(flags))
            continue;
        if (take(fd, index, a))
            return true;
        atomic_fetch_and(flags, ~(uint32_t)LISTENER_ASKED);
    }
    return false;
}

static bool match(int fd, const struct address *a)
{
    int index;

    if (a->any_port && a->type == SOCK_DGRAM) /* a client's */
        return false;
    if (!bystander_takes_part())
        return false;
    if (a->any_port)
        return match_any_port(fd, a);
    if (state_is_member(a))
        return match_member(fd, a);
    index = page_find_listener(self.page, address_key(a, 0), LISTENER_KNOWN);
    bound_keys_remember(fd, address_key(a, 0), a->family == AF_UNIX);
    return index >= 0 && !path_state_bind_anew(a, index) && take(fd, index, a);
}

/* Where the kernel would refuse whatever is held, it is to say why. */
static bool is_refused(int fd, const struct address *a)
{
    struct address own, peer;

    if (!address_own(fd, &own) || own.any.sa_family != a->family || address_peer(fd, &peer))
        return true;
    return a->family == AF_UNIX ? own.len > sizeof(sa_family_t) || a->len > sizeof a->un
                                : own.in.sin_port != 0; /* that of IPv6 is at the same place */
}

bool adopt_listener(int fd, const struct sockaddr *addr, socklen_t len)
{
    struct address a;
    int saved = errno;
    bool adopted = self.on && len <= sizeof a.storage && readable(addr, len) &&
                   address_of_bind(&a, fd, addr, len) && !fdtab_is(fd, FDS_SEEM_LISTENING) &&
                   !is_refused(fd, &a) && match(fd, &a);

    errno = saved;
    return adopted;
}

bool adopt_path(int fd, const struct address *a)
{
    int index = page_find_listener(self.page, address_key(a, 0), LISTENER_HELD);

    return index >= 0 && !path_state_lost(a, index) && take(fd, index, a);
}
