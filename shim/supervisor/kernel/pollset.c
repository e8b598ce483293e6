/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/pollset.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "libc/real.h"

enum { LEAST = 16 };

static struct pollfd least[LEAST];

static struct {
    struct pollfd *fds;
    size_t n, room;
    size_t seen; /* the first of them are those that poll() has looked at */
    bool crowded;
} set = {.fds = least, .room = LEAST};

void pollset_clear(void)
{
    set.n = set.seen = 0;
    set.crowded = false;
}

static bool grow(void)
{
    size_t room = set.room * 2;
    struct pollfd *more = reallocarray(set.fds == least ? NULL : set.fds, room, sizeof *more);

    if (!more)
        return false;
    if (set.fds == least)
        memcpy(more, least, sizeof least);
    set.fds = more;
    set.room = room;
    return true;
}

size_t pollset_add(int fd, short events)
{
    if (set.n == set.room && !grow()) {
        set.crowded = true;
        return set.room;
    }
    set.fds[set.n] = (struct pollfd){.fd = fd, .events = events};
    return set.n++;
}

short pollset_ready(size_t place)
{
    return place < set.seen ? set.fds[place].revents : (short)(POLLIN | POLLOUT);
}

static int at_most(int timeout_ms, int most)
{
    return timeout_ms < 0 || timeout_ms > most ? most : timeout_ms;
}

/* real, for while this sleeps nothing else of the library has to be in memory. */
__attribute__((hot)) int pollset_wait(int timeout_ms)
{
    int err;

    set.seen = set.n;
    if (!set.crowded && real.poll(set.fds, set.n, timeout_ms) >= 0)
        return 0;
    err = set.crowded ? -ENOMEM : -errno;
    if (err == -EINTR) {
        set.seen = 0;
        return 0;
    }
    /* poll() takes no more than RLIMIT_NOFILE, which somebody may have lowered */
    set.seen = set.n < LEAST ? set.n : LEAST;
    if (real.poll(set.fds, set.seen, at_most(timeout_ms, POLLSET_CROWDED_MS)) < 0)
        set.seen = 0;
    return err;
}

size_t pollset_size(void)
{
    return set.n;
}
