/* SPDX-License-Identifier: ISC */
/* accept() and O_NONBLOCK of a listener whose overlap begins or ends while they look. */
#include "wait/accept.h"

#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "libc/real.h"
#include "listener/listening.h"
#include "listener/nonblock.h"
#include "listener/peers.h"
#include "listener/placeholder.h"
#include "listener/suspend.h"
#include "listener/take.h"
#include "process/guest.h"
#include "process/queues.h"
#include "process/taken.h"
#include "process/waiters.h"
#include "tap.h"
#include "wait/blocking.h"
#include "wait/left.h"

static struct page page;
static struct page_slot slot;
struct self self = {.page = &page, .slot = &slot};
struct connection_note connections_notes[PAGE_NOTES];
bool vfork_called;
bool suspend_any;

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static socklen_t length = sizeof(sa_family_t); /* the kernel chooses a name */
static int listener, client = -1, waits;
static void (*after_look)(void); /* once, when the flag has been asked for */

static int real_fcntl(int fd, int cmd, void *arg)
{
    int r = fcntl(fd, cmd, arg);
    void (*then)(void) = after_look;

    if (cmd == F_GETFL && then) {
        after_look = NULL;
        then();
    }
    return r;
}

struct real real = {.close = close, .fcntl = real_fcntl};

static void client_connects(void)
{
    client = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(client, (struct sockaddr *)&address, length) < 0)
        tap_failed++;
}

/* As the supervisor does it: who may see the flag is told first, and told last. */
static void overlap_begins(void)
{
    atomic_fetch_or(&page.attention, ATTENTION_OVERLAP);
    fcntl(listener, F_SETFL, O_RDWR | O_NONBLOCK);
}

static void overlap_ends(void)
{
    fcntl(listener, F_SETFL, O_RDWR);
    atomic_fetch_and(&page.attention, ~(uint32_t)ATTENTION_OVERLAP);
}

int blocking_wait(int fd, struct timing *t)
{
    (void)fd, (void)t;
    waits++;
    client_connects();
    return 0;
}

int left_accept(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
    (void)fd, (void)addr, (void)len, (void)flags;
    return -1;
}

void listening_waited(int fd)
{
    fdtab_set_flag(fd, FD_WAITED, true);
}

bool listening_discover(int fd)
{
    return fd < 0;
}

void listening_accepted(int fd)
{
    (void)fd;
}

int placeholder_accept(int fd)
{
    (void)fd;
    return -1;
}

bool take_was_told(int fd)
{
    return fd < 0;
}

int waiters_enter(bool polling)
{
    return polling;
}

void waiters_leave(int ticket)
{
    (void)ticket;
}

void peers_note(int fd, int accepted)
{
    (void)fd, (void)accepted;
}

bool guest_by_pid(void)
{
    return false;
}

bool suspend_requested(void)
{
    return false;
}

bool suspend_look(void)
{
    return false;
}

void descriptors_displaced(int fd, uint8_t was)
{
    (void)fd, (void)was;
}

uint8_t connections_renumber(int fd, int from)
{
    (void)from;
    return fdtab_set(fd, FD_CONNECTION);
}

_Atomic int queues_ends[PAGE_LISTENERS];

int queues_accept(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
    (void)fd, (void)addr, (void)len, (void)flags;
    errno = EAGAIN;
    return -1;
}

int connections_close_and_ring(int fd)
{
    return close(fd);
}

void self_ring(void)
{
}

/* A listener that blocks, as its server made it. */
static void begin(void)
{
    after_look = NULL;
    waits = 0;
    atomic_store(&page.attention, 0);
    fcntl(listener, F_SETFL, O_RDWR);
    fdtab_set(listener, FD_LISTENER | FD_WAITED);
    nonblock_believed(0, false);
}

static bool accepts(void)
{
    int fd = accept_any(listener, NULL, NULL, 0, accept4);

    if (fd >= 0)
        close(fd);
    if (client >= 0)
        close(client);
    client = -1;
    return fd >= 0;
}

static bool is_believed(void)
{
    return (fdtab_get(listener) & FD_NONBLOCK) ||
           (atomic_load(self_listener_flags(0)) & LISTENER_NONBLOCK);
}

static void test_accept(void)
{
    begin();
    overlap_begins();
    ok(accepts() && waits == 1, "in an overlap it waits here");
    begin();
    overlap_begins();
    after_look = overlap_ends;
    ok(accepts() && waits == 1, "the overlap ends when it has read the flag: it goes on");
    ok(!is_believed(), "nor is the flag taken for the server's own");
    begin();
    fcntl(listener, F_SETFL, O_RDWR | O_NONBLOCK);
    ok(!accepts() && errno == EAGAIN && is_believed(),
       "but where nobody shares it the flag counts");
}

static int accept_late(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
    int r = accept4(fd, addr, len, flags);

    if (client < 0) {
        overlap_ends();
        client_connects();
    }
    return r;
}

static void test_accept_after(void)
{
    int fd;

    begin();
    overlap_begins();
    fd = accept_any(listener, NULL, NULL, 0, accept_late);
    ok(fd >= 0 && waits == 0 && !is_believed(), "the overlap ends before it reads the flag");
    close(fd);
    close(client);
    client = -1;
}

static void test_set(void)
{
    begin();
    nonblock_set(listener, true);
    ok(nonblock_is_set(listener) && is_believed(), "the server sets the flag");
    nonblock_set(listener, false);
    ok(!nonblock_is_set(listener) && !is_believed(), "and clears it");
    nonblock_set(listener, true);
    after_look = overlap_begins;
    nonblock_set(listener, false);
    ok(nonblock_is_set(listener) && !is_believed(),
       "an overlap begins while it clears the flag: that is set again");
    nonblock_set(listener, false);
    ok(nonblock_is_set(listener), "an overlap keeps it set");
}

int main(void)
{
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 8) < 0)
        return 1;
    length = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &length);
    test_accept();
    test_accept_after();
    test_set();
    return done();
}
