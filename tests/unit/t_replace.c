/* SPDX-License-Identifier: ISC */
#include "listener/replace.h"

#include <sys/socket.h>
#include <fcntl.h>
#include <unistd.h>

#include "libc/real.h"
#include "listener/closed.h"
#include "listener/placeholder.h"
#include "listener/state.h"
#include "listener/suspend.h"
#include "process/epolls.h"
#include "process/fdtab.h"
#include "process/listener_lock.h"
#include "process/queues.h"
#include "process/self.h"
#include "process/taken.h"
#include "process/timeouts.h"
#include "process/waiters.h"
#include "tap.h"

enum { NUMBER = 40 };

static struct page page;
struct self self = {.page = &page};
struct real real;
_Atomic unsigned taken_count;

void taken_forget(int listener)
{
    (void)listener;
}

static bool closes;   /* another thread has run out of patience with this one */
static bool disturbs; /* the handler that drains gets in between */

void epolls_detach(int fd)
{
    if (closes)
        fdtab_set(fd, FD_NONE);
    disturbs = listener_lock_try();
    if (disturbs)
        listener_lock_release();
}

void epolls_attach(int fd)
{
    (void)fd;
}

void queues_leave(int index)
{
    (void)index;
}

void timeouts_keep(int fd)
{
    (void)fd;
}

bool suspend_for_good(int fd)
{
    return fd < 0;
}

int placeholder_fd(int family, int type)
{
    return family + type;
}

int placeholder_dead(int family, int type)
{
    return family + type;
}

int placeholder_prepare(int family, int type)
{
    return family + type;
}

void closed_note(int index)
{
    (void)index;
}

void self_note(const char *text, const char *detail)
{
    (void)text;
    (void)detail;
}

void waiters_kick(void)
{
}

static int replaced;

static int count_dup3(int from, int to, int flags)
{
    (void)from;
    (void)flags;
    replaced++;
    return to;
}

static int no_fcntl(int fd, int cmd, void *arg)
{
    (void)fd;
    (void)cmd;
    (void)arg;
    return 0;
}

static int no_call(int fd)
{
    (void)fd;
    return 0;
}

static int shut;

static int count_shutdown(int fd, int how)
{
    (void)how;
    shut = fd;
    return 0;
}

/* The number has to be a socket. */
static void test_locked(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    atomic_store(&page.attention, ATTENTION_DRAINING);
    fdtab_set(fd, FD_LISTENER);
    replace_settle(fd);
    is_int(fdtab_get(fd), FD_PLACEHOLDER, "a number that has just become a listener is replaced");
    ok(!disturbs, "and no handler does so at the same time");
    fdtab_set(fd, FD_LISTENER);
    is_int(replace_shutdown(fd, SHUT_RD), 0, "one that is shut down");
    is_int(shut, fd, "gets a socket of its own for that");
    ok(!disturbs, "which no handler replaces by that of all listeners");
    ok(listener_lock_try(), "the lock is free again");
    close(fd);
}

int main(void)
{
    real.close = no_call;
    real.shutdown = count_shutdown;
    real.dup3 = count_dup3;
    real.fcntl = no_fcntl;
    fdtab_set(NUMBER, FD_LISTENER | FD_NONBLOCK);
    ok(replace_fd(NUMBER, 3), "a listener is replaced");
    is_int(replaced, 1, "by one call");
    is_int(fdtab_get(NUMBER), FD_PLACEHOLDER | FD_NONBLOCK,
           "and is a placeholder, as the server has set it");
    fdtab_set(NUMBER, FD_LISTENER);
    closes = true;
    ok(!replace_fd(NUMBER, 3), "one that is closed meanwhile is not");
    is_int(replaced, 1, "its number is left to whoever has it now");
    is_int(fdtab_get(NUMBER), FD_NONE, "and is not taken for a placeholder");
    closes = false;
    test_locked();
    return done();
}
