/* SPDX-License-Identifier: ISC */
#include "process/taken.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "libc/real.h"
#include "process/connections.h"
#include "tap.h"

enum { LISTENER = 7, OTHER = 8 };

static struct page page;
static struct page_slot slot;
struct self self = {.page = &page, .slot = &slot};
struct connection_note connections_notes[PAGE_NOTES];

static int real_fcntl(int fd, int cmd, void *arg)
{
    return fcntl(fd, cmd, arg);
}

struct real real = {.close = close, .fcntl = real_fcntl};

void self_ring(void)
{
}

static int opened(void)
{
    int fd = open("/dev/null", O_RDONLY);

    fdtab_set(fd, FD_TAKEN);
    atomic_fetch_add(&slot.connections, 1);
    return fd;
}

static int keep(int listener, bool told)
{
    int fd = opened();

    taken_keep(taken_new(), listener, fd, told);
    return fd;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void *claim_elsewhere(void *any)
{
    struct taken *t = taken_claim(LISTENER, any != NULL);

    if (t)
        taken_put_back(t);
    return t;
}

static void *due_elsewhere(void *unused)
{
    return taken_is_due(LISTENER) ? &slot : unused;
}

static void *in_thread(void *(*run)(void *), void *argument)
{
    pthread_t thread;
    void *result;

    if (pthread_create(&thread, NULL, run, argument) != 0 || pthread_join(thread, &result) != 0)
        return NULL;
    return result;
}

static void test_one(void)
{
    int fd = keep(LISTENER, true);
    struct taken *t;

    ok(taken_any() && taken_is_due(LISTENER), "who was told is told again");
    ok(!taken_is_due(OTHER) && !taken_claim(OTHER, true), "another listener has none");
    ok(!in_thread(claim_elsewhere, NULL), "another thread leaves it");
    ok(in_thread(claim_elsewhere, &fd), "unless nobody else is there");
    t = taken_claim(LISTENER, false);
    ok(t && t->fd == fd, "accept() gets it");
    ok(!taken_any() && !taken_claim(LISTENER, true), "once");
    taken_put_back(t);
    ok(taken_any() && taken_is_due(LISTENER), "where no number is left it stays");
    taken_forget(OTHER);
    ok(is_open(fd), "it outlives other listeners");
    taken_forget(LISTENER);
    ok(!is_open(fd) && !taken_any(), "and not its own");
    is_int(fdtab_get(fd), FD_NONE, "its number is forgotten");
    is_int(slot.connections, 0, "and not counted any more");
}

static void test_nobody_told(void)
{
    unsigned at = 0;

    keep(LISTENER, false);
    ok(in_thread(due_elsewhere, NULL), "any thread is told of what nobody was told of");
    is_int(taken_next_due(&at), LISTENER, "found without its listener");
    is_int(taken_next_due(&at), -1, "once");
    ok(taken_is_new(LISTENER), "it is new");
    ok(taken_tell(LISTENER) && !taken_is_new(LISTENER), "who tells it first");
    ok(!in_thread(due_elsewhere, NULL), "has it for itself");
    while (!in_thread(due_elsewhere, NULL)) /* for a time */
        usleep(1000);
    ok(taken_tell(LISTENER), "and again");
    taken_forget_all();
    ok(!taken_any(), "the child of a fork has none");
}

static void test_moved(void)
{
    int fd = keep(LISTENER, true);
    struct taken *t;

    taken_move(fd);
    ok(!is_open(fd) || fdtab_get(fd) == FD_NONE, "the number is the server's");
    t = taken_claim(LISTENER, true);
    ok(t && t->fd != fd && is_open(t->fd) && fdtab_kind(t->fd) == FD_TAKEN, "it has another one");
    taken_drop(t);
}

static void test_full(void)
{
    int n = 0;

    while (taken_new())
        n++;
    ok(n >= 16, "there is room for %d", n);
    taken_forget_all();
    ok(taken_new() != NULL, "and again, when all are forgotten");
}

int main(void)
{
    test_one();
    test_nobody_told();
    test_moved();
    test_full();
    return done();
}
