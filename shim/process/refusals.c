/* SPDX-License-Identifier: ISC */
#include "process/refusals.h"

#include <sys/stat.h>
#include <errno.h>

#include "protocol/clock.h"

static struct page_refusal *note(uint64_t device, uint64_t inode)
{
    struct page_refusal *r = inode ? page_claim_refusal(self.page, device, inode) : NULL;
    int64_t never = 0;

    if (!r)
        return NULL;
    atomic_store(&r->last, clock_ms());
    atomic_compare_exchange_strong(&r->first, &never, atomic_load(&r->last));
    atomic_store(&r->pid, self_pid());
    atomic_store(&r->bound, page_count_used(self.page));
    return r;
}

static struct page_refusal *note_file(int fd)
{
    struct stat st;

    return refusals_count() && fstat(fd, &st) == 0 ? note(st.st_dev, st.st_ino) : NULL;
}

void refusals_note(int fd)
{
    int saved = errno;

    if (note_file(fd))
        self_ring();
    errno = saved;
}

void refusals_note_exclusive(const char *path)
{
    int saved = errno;
    struct page_refusal *r;
    struct stat st;

    r = refusals_count() && lstat(path, &st) == 0 ? note(st.st_dev, st.st_ino) : NULL;
    if (r) {
        atomic_store(&r->exclusive, 1);
        self_ring();
    }
    errno = saved;
}

void refusals_note_segment(int id)
{
    if (id >= 0 && note(PAGE_SEGMENT, (uint64_t)id + 1))
        self_ring();
}

struct page_refusal *refusals_await(int fd)
{
    int saved = errno;
    struct page_refusal *r = note_file(fd);

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
