/* SPDX-License-Identifier: ISC */
#include "process/claims.h"

#include <stddef.h>
#include <string.h>

#include "process/pid_text.h"
#include "process/self.h"

struct claim claims[CLAIMS];
_Atomic uint32_t claims_owed;

uint64_t claims_file(const struct stat *st)
{
    return (uint64_t)st->st_dev * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)st->st_ino ^
           UINT64_C(1) << 63;
}

uint64_t claims_file_of(int fd)
{
    struct stat st;

    return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size < PID_TEXT_SIZE
               ? claims_file(&st)
               : 0;
}

struct claim *claims_find(uint64_t file)
{
    for (unsigned i = 0; i < CLAIMS; i++)
        if (atomic_load(&claims[i].file) == file)
            return &claims[i];
    return NULL;
}

/* The supervisor tells those who owe something when an older generation has gone. */
static void owe(int more)
{
    uint32_t all = atomic_fetch_add(&claims_owed, (uint32_t)more) + (uint32_t)more;

    atomic_store(&self.slot->owed, (uint16_t)all);
}

void claims_settle(struct claim *c, bool held)
{
    atomic_store(&c->held, held);
    if (atomic_exchange(&c->owed, false))
        owe(-1);
}

void claims_drop(struct claim *c)
{
    claims_settle(c, false);
    atomic_store(&c->file, 0);
}

static struct claim *room_for(uint64_t file)
{
    static unsigned next;
    struct claim *c = claims_find(file);

    c = c ? c : claims_find(0);
    for (unsigned i = 0; !c && i < CLAIMS; i++, next++)
        if (!atomic_load(&claims[next % CLAIMS].owed))
            c = &claims[next++ % CLAIMS];
    return c;
}

void claims_put(uint64_t file, const struct claim *c)
{
    struct claim *to = room_for(file);
    bool owed = atomic_load(&c->owed);

    if (!to)
        return;
    claims_drop(to);
    to->kind = c->kind;
    to->fd = c->fd;
    to->operation = c->operation;
    to->range = c->range;
    memcpy(to->path, c->path, sizeof to->path);
    to->said = c->said;
    atomic_store(&to->owed, owed);
    atomic_store(&to->held, !owed);
    atomic_store(&to->file, file);
    if (owed)
        owe(1);
}

void claims_forked(void)
{
    for (unsigned i = 0; i < CLAIMS; i++)
        if (claims[i].kind == CLAIM_RECORD)
            claims_settle(&claims[i], false);
    owe(0);
}
