/* SPDX-License-Identifier: ISC */
#include "fds.h"

#include "bound.h"
#include "conns.h"
#include "deaf.h"
#include "epolls.h"
#include "listener.h"
#include "mute.h"
#include "park.h"
#include "process.h"
#include "real.h"
#include "shim.h"
#include "tap.h"
#include "turn.h"

enum { FROM = 40, TO = 41 };

static struct page page;
static struct page_slot slot;
struct shim shim = {.page = &page, .slot = &slot};
struct real real;
bool process_vforked;

static uint8_t settled; /* what the copy was when it was looked at */

void mute_settle(int fd)
{
    settled = fdtab_get(fd);
    if (fdtab_listens(fd))
        fdtab_turn(fd, (enum fd_kind)(settled & FD_KIND), FD_DUMMY);
}

bool process_is_borrower(void)
{
    return false;
}

void bound_forget(int fd)
{
    (void)fd;
}

void conns_copied(int fd, int from)
{
    fdtab_set(fd, fdtab_get(from));
}

void deaf_settle(void)
{
}

void epolls_close(int fd)
{
    (void)fd;
}

void listener_closed(int index)
{
    (void)index;
}

void park_move(int fd)
{
    (void)fd;
}

void shim_ring(void)
{
}

void turn_wait(void)
{
}

int main(void)
{
    fdtab_set(FROM, FD_DUMMY | FD_NONBLOCK);
    is_int(fds_copied(FROM, TO), TO, "a copy of a dummy");
    is_int(settled, FD_LISTENER | FD_NONBLOCK, "may be one of the listener that was there before");
    is_int(fdtab_get(TO), FD_DUMMY | FD_NONBLOCK, "and is muted");
    return done();
}
