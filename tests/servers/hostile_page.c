/* SPDX-License-Identifier: ISC */
/* The acts that write into the page. */
#include "hostile.h"

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <linux/userfaultfd.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct field {
    const char *name;
    size_t at, size;
};

#define FIELD(type, name)                                                    \
    {                                                                        \
#name, offsetof(struct type, name), sizeof(((struct type *)0)->name) \
    }

static const struct field page_fields[] = {
    FIELD(page, version),
    FIELD(page, generation),
    FIELD(page, attention),
    FIELD(page, held),
    FIELD(page, served),
    FIELD(page, hello),
    FIELD(page, first),
    FIELD(page, failed),
    FIELD(page, incomplete),
    FIELD(page, restarts),
    FIELD(page, restarter),
    FIELD(page, looked_for),
    FIELD(page, keeper),
    FIELD(page, hint),
    FIELD(page, entries),
    FIELD(page, binds[0]),
    FIELD(page, predecessors[0]),
    FIELD(page, keep_alive),
    FIELD(page, tunnels),
    FIELD(page, told),
    {NULL, 0, 0},
};

static const struct field entry_fields[] = {
    FIELD(page_listener, key),
    FIELD(page_listener, alias),
    FIELD(page_listener, socket),
    FIELD(page_listener, flags),
    {NULL, 0, 0},
};

static const struct field slot_fields[] = {
    FIELD(page_slot, pid),
    FIELD(page_slot, away),
    FIELD(page_slot, drained),
    FIELD(page_slot, connections),
    FIELD(page_slot, accepts),
    FIELD(page_slot, born),
    FIELD(page_slot, notes),
    FIELD(page_slot, suspended),
    FIELD(page_slot, giving),
    FIELD(page_slot, bell),
    {NULL, 0, 0},
};

static const struct field *find(const struct field *field, const char *name)
{
    while (field->name != NULL && (name == NULL || strcmp(field->name, name) != 0))
        field++;
    return field->name != NULL ? field : NULL;
}

static int bad(int client, const char *what)
{
    errno = EINVAL;
    return act_failed(client, what);
}

/* Little end first, as on all machines we run on. */
static void put(void *where, const struct field *field, long long value)
{
    memcpy((char *)where + field->at, &value, field->size);
}

static long long fetch(const void *where, const struct field *field)
{
    long long value = 0;

    memcpy(&value, (const char *)where + field->at, field->size);
    return value;
}

int act_field(int client, char *const words[])
{
    const struct field *field = find(page_fields, words[1]);

    if (field == NULL || hostile_page() == NULL)
        return bad(client, "field");
    put(hostile_page(), field, act_number(words[2]));
    return act_ok(client, "%s", words[1]);
}

int act_refusal(int client, char *const words[])
{
    struct page *page = hostile_page();
    struct page_refusal *r = page ? &page->refusals[0] : NULL;

    if (r == NULL)
        return act_failed(client, "refusal");
    r->device = (uint64_t)act_number(words[1]);
    r->inode = (uint64_t)act_number(words[2]);
    r->first = 1;
    r->last = 2;
    r->waiting = 1;
    r->pid = (int32_t)act_number(words[3]);
    r->bound = UINT32_MAX;
    return act_ok(client, "refused");
}

/* put_all: words are INDEX|all FIELD VALUE, for `n` records of this size. */
static int put_all(int client, char *const words[], const struct field *fields, void *records,
                   size_t size, size_t n)
{
    const struct field *field = find(fields, words[1] ? words[2] : NULL);
    size_t first = 0, end = n;

    if (field == NULL || hostile_page() == NULL)
        return bad(client, words[0]);
    if (strcmp(words[1], "all") != 0) {
        first = (size_t)act_number(words[1]) % n;
        end = first + 1;
    }
    for (size_t i = first; i < end; i++)
        put((char *)records + i * size, field, act_number(words[3]));
    return act_ok(client, "%s", words[2]);
}

int act_entry(int client, char *const words[])
{
    return put_all(client, words, entry_fields, hostile_page()->listeners,
                   sizeof(struct page_listener), PAGE_LISTENERS);
}

int act_slot_field(int client, char *const words[])
{
    return put_all(client, words, slot_fields, hostile_page()->slots, sizeof(struct page_slot),
                   PAGE_SLOTS);
}

/* Born now, so that the process is older than the slot. */
int act_slot(int client, char *const words[])
{
    struct page *page = hostile_page();
    struct page_slot *slot;
    struct timespec now;
    uint32_t index;

    if (words[1] == NULL || page == NULL)
        return bad(client, "slot");
    index = words[2] ? (uint32_t)act_number(words[2]) : atomic_fetch_add(&page->hint, 1);
    slot = &page->slots[index % PAGE_SLOTS];
    clock_gettime(CLOCK_BOOTTIME, &now);
    atomic_store(&slot->born, (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
    atomic_store(&slot->pid, (int32_t)act_number(words[1]));
    return act_ok(client, "slot %u", index % PAGE_SLOTS);
}

int act_swap_keys(int client, char *const words[])
{
    struct page *page = hostile_page();
    struct page_listener *a, *b;

    if (words[1] == NULL || words[2] == NULL || page == NULL)
        return bad(client, "swap-keys");
    a = &page->listeners[act_number(words[1]) % PAGE_LISTENERS];
    b = &page->listeners[act_number(words[2]) % PAGE_LISTENERS];
    atomic_store(&a->key, atomic_exchange(&b->key, atomic_load(&a->key)));
    return act_ok(client, "swapped");
}

int act_get(int client, char *const words[])
{
    const struct page *page = hostile_page();
    const struct field *field = find(page_fields, words[1]);
    const void *where = page;
    size_t index = words[2] ? (size_t)act_number(words[2]) : 0;

    if (words[1] != NULL && strcmp(words[1], "entry") == 0) {
        field = find(entry_fields, words[3]);
        where = &page->listeners[index % PAGE_LISTENERS];
    } else if (words[1] != NULL && strcmp(words[1], "slot-field") == 0) {
        field = find(slot_fields, words[3]);
        where = &page->slots[index % PAGE_SLOTS];
    }
    if (field == NULL || page == NULL)
        return bad(client, "get");
    return act_ok(client, "%lld", fetch(where, field));
}

/* Memory that nobody fills: whoever touches it waits. */
static void *stuck_memory(size_t size)
{
    int faults = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
    struct uffdio_api api = {.api = UFFD_API};
    struct uffdio_register range = {.mode = UFFDIO_REGISTER_MODE_MISSING};
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    range.range = (struct uffdio_range){(uintptr_t)memory, size};
    if (faults == -1 || memory == MAP_FAILED || ioctl(faults, UFFDIO_API, &api) == -1 ||
        ioctl(faults, UFFDIO_REGISTER, &range) == -1)
        return NULL;
    return memory;
}

int act_ages_stuck(int client, char *const words[])
{
    struct page *page = hostile_page();
    void *memory = stuck_memory(65536);

    (void)words;
    if (page == NULL || memory == NULL)
        return act_failed(client, "userfaultfd");
    for (unsigned i = 0; i < PAGE_SLOTS; i++)
        if (atomic_load(&page->slots[i].pid) == getpid())
            atomic_store(&page->slots[i].notes, (uintptr_t)memory);
    return act_ok(client, "stuck");
}

/* Each round overwrites one run of bytes, half of them near the start, where the fields are. */
int act_scribble(int client, char *const words[])
{
    unsigned short state[3] = {(unsigned short)act_number(words[1]), 1, 2};
    long rounds = (long)act_number(words[2]);
    unsigned char *bytes = (unsigned char *)hostile_page();

    if (bytes == NULL)
        return bad(client, "scribble");
    while (rounds-- > 0) {
        size_t range =
            nrand48(state) % 2 ? sizeof(struct page) : offsetof(struct page, predecessors);
        size_t at = (size_t)nrand48(state) % range, n = 1 + (size_t)nrand48(state) % 64;

        for (; n > 0 && at < sizeof(struct page); n--, at++)
            bytes[at] = (unsigned char)nrand48(state);
    }
    return act_ok(client, "scribbled");
}
