/* SPDX-License-Identifier: ISC */
#include "stream/relay.h"

#include <stdatomic.h>

#include "stream/framing.h"

enum {
    REQUESTS = 1024,
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

/* False: there is no whole head. */
static bool read_head(struct framing *f, uint64_t *hash, const struct iovec *pieces, size_t n)
{
    framing_begin(f, FRAMING_REQUEST, false);
    *hash = RELAY_SEED;
    for (; n > 0 && !framing_lost(f) && !(f->flags & FRAMING_HEAD_DONE); pieces++) {
        size_t here = pieces->iov_len < n ? pieces->iov_len : n;
        uint32_t before = f->count;

        framing_feed(f, pieces->iov_base, here);
        *hash = relay_hash(*hash, pieces->iov_base, f->count - before);
        n -= here;
    }
    return !framing_lost(f) && (f->flags & FRAMING_HEAD_DONE);
}

void relay_look(const struct iovec *pieces, size_t n)
{
    struct framing f;
    uint64_t hash;

    if (!read_head(&f, &hash, pieces, n)) {
        if (!framing_lost(&f) && f.line_end > 0)
            atomic_fetch_add(&unclear, 1);
        return;
    }
    if (clean(atomic_load(entry_of(hash))) == clean(hash))
        atomic_store(entry_of(hash), hash | PASSED_ON);
}
