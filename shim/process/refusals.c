/* SPDX-License-Identifier: ISC */
#include "process/refusals.h"

#include <sys/stat.h>
#include <errno.h>

#include "protocol/clock.h"

static struct page_refusal *note(int fd)
{
    struct page_refusal *r = NULL;
    struct stat st;
    int64_t never = 0;

    if (fstat(fd, &st) == 0 && st.st_ino)
        r = page_claim_refusal(self.page, st.st_dev, st.st_ino);
    if (!r)
        return NULL;
    atomic_store(&r->last, clock_ms());
    atomic_compare_exchange_strong(&r->first, &never, atomic_load(&r->last));
    atomic_store(&r->pid, self_pid());
    atomic_store(&r->bound, page_count_used(self.page));
    return r;
}

void refusals_note(int fd)
{
    int saved = errno;

    if (note(fd))
        self_ring();
    errno = saved;
}

struct page_refusal *refusals_await(int fd)
{
    int saved = errno;
    struct page_refusal *r = note(fd);

    if (r) {
        atomic_fetch_add(&r->waiting, 1);
        self_ring();
    }
    errno = saved;
    return r;
}

void refusals_awaited(struct page_refusal *r)
{
    if (r)
        atomic_fetch_sub(&r->waiting, 1);
}
