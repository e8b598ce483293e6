/* SPDX-License-Identifier: ISC */
#include "listener/descriptors.h"

#include "libc/real.h"
#include "libc/vfork.h"
#include "listener/closed.h"
#include "listener/replace.h"
#include "listener/state.h"
#include "listener/suspend.h"
#include "process/bound_keys.h"
#include "process/connections.h"
#include "process/epolls.h"
#include "process/guest.h"
#include "process/listener_lock.h"
#include "process/own_fds.h"
#include "process/queues.h"
#include "process/self.h"
#include "process/taken.h"
#include "tap.h"

enum { FROM = 40, TO = 41 };

static struct page page;
static struct page_slot slot;
struct self self = {.page = &page, .slot = &slot};
struct real real;
bool vfork_called;

static uint8_t settled; /* what the copy was when it was looked at */

void replace_settle(int fd)
{
    settled = fdtab_get(fd);
    if (fdtab_is(fd, FDS_LISTENING))
        fdtab_turn(fd, (enum fd_kind)(settled & FD_KIND), FD_PLACEHOLDER);
}

static int asked; /* for the pid */

bool guest_by_pid(void)
{
    asked++;
    return false;
}

_Atomic unsigned taken_count;

void taken_forget(int fd)
{
    (void)fd;
}

void taken_move(int fd)
{
    (void)fd;
}

void bound_keys_forget(int fd)
{
    (void)fd;
}

static uint64_t named;

uint64_t bound_keys_get(int fd)
{
    (void)fd;
    return named;
}

uint8_t connections_copied(int fd, int from)
{
    return fdtab_set(fd, fdtab_get(from));
}

_Atomic int queues_ends[PAGE_LISTENERS];
static int left = -1; /* the last queue that was */

void queues_leave(int index)
{
    left = index;
}

bool queues_yield(int fd)
{
    (void)fd;
    return false;
}

void suspend_settle(void)
{
}

void epolls_close(int fd, int index)
{
    (void)fd, (void)index;
}

void closed_note(int index)
{
    (void)index;
}

void own_fds_move(int fd)
{
    (void)fd;
}

void self_ring(void)
{
}

void listener_lock_wait(void)
{
}

static int no_close(int fd)
{
    (void)fd;
    return 0;
}

/* How often the close of such a number asks for the pid. */
static int asks(enum fd_kind kind)
{
    asked = 0;
    fdtab_set(FROM, kind);
    descriptors_close(FROM);
    is_int(fdtab_get(FROM), FD_NONE, "a closed number is forgotten");
    return asked;
}

static void test_asks(void)
{
    real.close = no_close;
    is_int(asks(FD_FRESH), 0, "who closes a socket without a name is not asked for");
    is_int(asks(FD_CONNECTION), 0, "nor who closes a connection");
    is_int(asks(FD_LISTENER), 1, "a listener's close asks");
    named = 1;
    is_int(asks(FD_FRESH), 1, "so does that of a socket with a name");
    vfork_called = true;
    named = 0;
    is_int(asks(FD_FRESH), 1, "and any where vfork() was called");
}

/* The queue of a listener goes with its last number. */
static void test_queue(void)
{
    fdtab_set(FROM, FD_LISTENER);
    fdtab_set(TO, FD_LISTENER);
    fdtab_set_index(FROM, 3);
    fdtab_set_index(TO, 3);
    queues_ends[3] = 1000;
    descriptors_closing(FROM);
    is_int(left, -1, "another number has the listener yet");
    descriptors_closing(TO);
    is_int(left, 3, "this was the last one");
    queues_ends[3] = 0;
    fdtab_set_index(FROM, 0);
    fdtab_set_index(TO, 0);
}

int main(void)
{
    test_queue();
    test_asks();
    fdtab_set(FROM, FD_PLACEHOLDER | FD_NONBLOCK);
    is_int(descriptors_copied(FROM, TO), TO, "a copy of a placeholder");
    is_int(settled, FD_LISTENER | FD_NONBLOCK, "may be one of the listener that was there before");
    is_int(fdtab_get(TO), FD_PLACEHOLDER | FD_NONBLOCK, "and is replaced");
    return done();
}
