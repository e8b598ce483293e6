/* SPDX-License-Identifier: ISC */
#include "stream/relay.h"

#include <stdatomic.h>

#include "process/readable.h"
#include "stream/framing.h"

enum {
    REQUESTS = 1024,
    STEP = 1024,
    PASSED_ON = 1, /* in the lowest bit of an entry, in the place of the hash's own */
};

static _Atomic uint64_t requests[REQUESTS];
static _Atomic uint32_t unclear;

/* FNV-1a. */
uint64_t relay_hash(uint64_t hash, const char *data, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)data[i]) * 0x100000001b3;
    return hash;
}

static _Atomic uint64_t *entry_of(uint64_t hash)
{
    return &requests[(hash >> 32) % REQUESTS];
}

static uint64_t clean(uint64_t hash)
{
    return hash & ~(uint64_t)PASSED_ON;
}

/* One that was passed on once stays so: the next client asks the same. */
void relay_note(uint64_t hash)
{
    if (clean(atomic_load(entry_of(hash))) != clean(hash))
        atomic_store(entry_of(hash), clean(hash));
}

bool relay_is_clean(uint64_t hash)
{
    return atomic_load(entry_of(hash)) == clean(hash);
}

uint32_t relay_unclear(void)
{
    return atomic_load(&unclear);
}

bool relay_passed_on(uint64_t hash)
{
    return atomic_load(entry_of(hash)) == (hash | PASSED_ON);
}

static bool goes_on(const struct framing *f)
{
    return !framing_lost(f) && !(f->flags & FRAMING_HEAD_DONE);
}

/* The kernel has not seen yet whether these bytes can be read; most are lost at the first one. */
static bool read_piece(struct framing *f, uint64_t *hash, const char *data, size_t n)
{
    for (size_t here; n > 0 && goes_on(f); data += here, n -= here) {
        uint32_t before = f->count;

        here = n < STEP ? n : STEP;
        if (!readable(data, here))
            return false;
        framing_feed(f, data, here);
        *hash = relay_hash(*hash, data, f->count - before);
    }
    return true;
}

void relay_look(const struct iovec *pieces, int count)
{
    struct framing f;
    uint64_t hash = RELAY_SEED;

    framing_begin(&f, FRAMING_REQUEST, false);
    for (int i = 0; i < count && goes_on(&f); i++)
        if (!readable(&pieces[i], sizeof *pieces) ||
            !read_piece(&f, &hash, pieces[i].iov_base, pieces[i].iov_len))
            return;
    if (framing_lost(&f) || framing_at_start(&f))
        return;
    if (!(f.flags & FRAMING_HEAD_DONE))
        atomic_fetch_add(&unclear, 1);
    else if (clean(atomic_load(entry_of(hash))) == clean(hash))
        atomic_store(entry_of(hash), hash | PASSED_ON);
}
