/* SPDX-License-Identifier: ISC */
#include "listener/replace.h"

#include <fcntl.h>
#include <unistd.h>

#include "libc/real.h"
#include "listener/change.h"
#include "listener/placeholder.h"
#include "listener/state.h"
#include "listener/suspend.h"
#include "process/fdtab.h"
#include "process/registrations.h"
#include "process/self.h"
#include "process/timeouts.h"
#include "process/waiters.h"
#include "tap.h"

enum { NUMBER = 40 };

static struct page page;
struct self self = {.page = &page};
struct real real;

static bool closes; /* another thread has run out of patience with this one */

void registrations_detach(int fd)
{
    if (closes)
        fdtab_set(fd, FD_NONE);
}

void registrations_attach(int fd)
{
    (void)fd;
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

void change_tell(void)
{
}

void state_closed(int index)
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

int main(void)
{
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
    return done();
}
