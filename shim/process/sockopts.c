/* SPDX-License-Identifier: ISC */
#include "process/sockopts.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "libc/real.h"
#include "process/fdtab.h"
#include "process/readable.h"

enum { RECORDS = 128, VALUE_SIZE = 32 };

struct record {
    int fd, level, name;
    socklen_t len;
    unsigned char value[VALUE_SIZE];
};

static struct record records[RECORDS];
static _Atomic uint32_t next;

/* The index of an fd that is no listener yet serves as the start of its records. */
void sockopts_begin(int fd)
{
    fdtab_set_index(fd, (uint16_t)atomic_load(&next));
}

void sockopts_record(int fd, int level, int name, const void *value, socklen_t len)
{
    struct record *r;

    /* the kernel may have read less than that */
    if (len > VALUE_SIZE || (len > 0 && readable_after(value, len) < len))
        return;
    r = &records[atomic_fetch_add(&next, 1) % RECORDS];
    r->fd = fd;
    r->level = level;
    r->name = name;
    r->len = len;
    if (len > 0)
        memcpy(r->value, value, len);
}

void sockopts_replay(int fd, int onto)
{
    uint16_t begin = (uint16_t)fdtab_index(fd);
    uint32_t end = atomic_load(&next);
    uint32_t count = (uint16_t)((uint16_t)end - begin);
    int saved = errno;

    if (count > RECORDS)
        count = RECORDS;
    for (uint32_t i = end - count; i != end; i++) {
        const struct record *r = &records[i % RECORDS];

        if (r->fd == fd)
            real.setsockopt(onto, r->level, r->name, r->value, r->len);
    }
    errno = saved;
}
