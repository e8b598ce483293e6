/* SPDX-License-Identifier: ISC */
#include "listener/closed.h"

#include <sys/syscall.h>
#include <linux/futex.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <time.h>

#include "libc/real.h"
#include "listener/transient.h"
#include "process/fdtab.h"
#include "process/guest.h"
#include "process/self.h"
#include "protocol/clock.h"

enum {
    MOST_MS = 5000,   /* as bind() of a held address waits */
    SLICE_MS = 200,   /* to see whether the supervisor lives */
    REST = 10,        /* of the time that was waited, on a machine where that takes long: */
    BURST_MS = 10000, /* a second at once, a tenth of all time in the end */
};

/* A fork child has another pid, and has made none. */
static _Atomic pid_t makers[PAGE_LISTENERS];

/* Which one, + 1, the supervisor has let us wait for in vain: as long as it has not answered that,
 * nobody waits again. */
static _Atomic int unanswered;

static _Atomic int64_t next_wait;

void closed_will_matter(int index)
{
    atomic_store(&makers[index], memory_owner);
}

static bool answers(void)
{
    int former = atomic_load(&unanswered);

    return former == 0 || !(atomic_load(self_listener_flags(former - 1)) & LISTENER_AWAITED);
}

static bool is_to_be_awaited(int index)
{
    uint32_t flags = atomic_load(self_listener_flags(index));

    return (flags & LISTENER_KNOWN) && !(flags & LISTENER_UNSENT) &&
           !(self_attention() & ATTENTION_DRAINING) && answers();
}

/* A futex, for it takes no descriptor, and the page is what both have. */
static void sleep_while(_Atomic uint32_t *flags, uint32_t value)
{
    const struct timespec slice = {.tv_nsec = SLICE_MS * 1000000L};

    real.syscall(SYS_futex, (long)flags, FUTEX_WAIT, value, (long)&slice, 0, 0);
}

static void rest(int64_t since, int64_t until)
{
    int64_t next = atomic_load(&next_wait), least = since - BURST_MS;

    atomic_store(&next_wait, (next > least ? next : least) + REST * (until - since));
}

static void await(int index)
{
    _Atomic uint32_t *flags = self_listener_flags(index);
    int64_t since = clock_ms();
    uint32_t seen;

    while ((seen = atomic_load(flags)) & LISTENER_AWAITED) {
        sleep_while(flags, seen);
        if (clock_ms() - since < SLICE_MS)
            continue;
        if (clock_ms() - since >= MOST_MS || self_is_orphan()) {
            atomic_store(&unanswered, index + 1);
            break;
        }
    }
    rest(since, clock_ms());
}

/* As close() is when it has closed. */
static void await_uncancelled(int index)
{
    int saved = errno, state;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    await(index);
    pthread_setcancelstate(state, NULL);
    errno = saved;
}

void closed_note(int index)
{
    bool awaited = atomic_load(&makers[index]) == memory_owner && is_to_be_awaited(index) &&
                   clock_ms() >= atomic_load(&next_wait);
    uint32_t say = awaited ? LISTENER_CLOSED | LISTENER_AWAITED : LISTENER_CLOSED;
    uint32_t had = atomic_fetch_or(self_listener_flags(index), say);

    if (!(had & LISTENER_CLOSED))
        transient_end(index);
    if ((had & say) != say)
        self_ring();
    if (awaited)
        await_uncancelled(index);
}

/* Nobody else would tell.  The supervisor looks again until it has happened. */
void closed_by_exec(void)
{
    bool any = false;

    for (int fd = fdtab_next(0, FDS_LISTENING); fd >= 0; fd = fdtab_next(fd + 1, FDS_LISTENING))
        if (real.fcntl(fd, F_GETFD, NULL) & FD_CLOEXEC)
            any |= !(atomic_fetch_or(self_listener_flags(fdtab_index(fd)), LISTENER_CLOSED) &
                     LISTENER_CLOSED);
    if (any)
        self_ring();
}

bool closed_were_awaited(void)
{
    uint32_t n = page_entries(self.page);
    bool any = false;

    for (uint32_t i = 0; i < n; i++)
        if ((atomic_load(self_listener_flags((int)i)) & LISTENER_CLOSED) &&
            is_to_be_awaited((int)i)) {
            atomic_fetch_or(self_listener_flags((int)i), LISTENER_AWAITED);
            any = true;
        }
    if (!any)
        return false;
    self_ring();
    for (uint32_t i = 0; i < n; i++)
        await_uncancelled((int)i);
    return true;
}
