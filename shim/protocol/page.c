/* SPDX-License-Identifier: ISC */
#include "protocol/page.h"

#include <errno.h>
#include <signal.h>

#include "protocol/clock.h"

_Static_assert(sizeof(struct page_slot) == 64, "one cache line a process");

/* Negative: that process is just claiming it. */
static bool slot_is_free(struct page_slot *slot, int32_t *owner)
{
    *owner = atomic_load(&slot->pid);
    if (*owner == 0 || *owner == INT32_MIN)
        return true;
    return kill(*owner < 0 ? -*owner : *owner, 0) < 0 && errno == ESRCH;
}

static void slot_reset(struct page_slot *slot)
{
    atomic_store(&slot->away, 0);
    atomic_store(&slot->bystander, 0);
    atomic_store(&slot->late, 0);
    atomic_store(&slot->left, 0);
    atomic_store(&slot->drained, 0);
    atomic_store(&slot->suspended, 0);
    atomic_store(&slot->polls, 0);
    atomic_store(&slot->owed, 0);
    atomic_store(&slot->connections, 0);
    atomic_store(&slot->accepts, atomic_load(&slot->accepts) / SLOT_ACCEPTED * SLOT_ACCEPTED);
    atomic_store(&slot->born, (uint64_t)clock_ms());
}

struct page_slot *page_claim_slot(struct page *page, int32_t pid)
{
    int saved = errno;
    struct page_slot *found = NULL;

    for (uint32_t tries = 0; tries < PAGE_SLOTS && !found; tries++) {
        struct page_slot *slot = &page->slots[atomic_fetch_add(&page->hint, 1) % PAGE_SLOTS];
        int32_t owner;

        if (slot_is_free(slot, &owner) && atomic_compare_exchange_strong(&slot->pid, &owner, -pid))
            found = slot;
    }
    if (found) {
        slot_reset(found);
        atomic_store(&found->pid, pid);
    }
    errno = saved;
    return found;
}

/* Those beyond the hint were never claimed. */
bool page_has_process(const struct page *page, int32_t pid)
{
    uint32_t hint = atomic_load(&page->hint), n = hint < PAGE_SLOTS ? hint : PAGE_SLOTS;

    for (uint32_t i = 0; i < n; i++)
        if (atomic_load(&page->slots[i].pid) == pid)
            return true;
    return false;
}

void page_note_command(struct page *page, uint32_t command)
{
    for (int i = 0; i < PAGE_COMMANDS; i++) {
        uint32_t have = 0;

        if (atomic_compare_exchange_strong(&page->commands[i], &have, command) || have == command)
            return;
    }
}

bool page_has_command(struct page *page, uint32_t command)
{
    for (int i = 0; command && i < PAGE_COMMANDS; i++)
        if (atomic_load(&page->commands[i]) == command)
            return true;
    return false;
}

int page_find_socket(struct page *page, uint64_t socket)
{
    int n = (int)page_entries(page);

    for (int i = 0; socket && i < n; i++)
        if (atomic_load(&page->listeners[i].socket) == socket)
            return i;
    return -1;
}

/* Before the entry is written: who claims it may be killed at any moment. */
static void reach(struct page *page, unsigned index)
{
    uint32_t n = atomic_load(&page->entries);

    while (n <= index && !atomic_compare_exchange_weak(&page->entries, &n, index + 1))
        ;
}

int page_claim_listener(struct page *page, uint64_t key, uint64_t socket, bool *claimed)
{
    int known = page_find_socket(page, socket);

    *claimed = false;
    if (known >= 0)
        return known;
    for (int i = 0; i < PAGE_LISTENERS; i++) {
        struct page_listener *entry = &page->listeners[i];
        uint64_t have = 0, want = socket ? socket : page_no_socket(i);

        reach(page, (unsigned)i);
        *claimed = atomic_compare_exchange_strong(&entry->socket, &have, want);
        if (*claimed)
            atomic_store(&entry->key, key);
        if (*claimed || (socket && have == socket))
            return i;
    }
    return -1;
}

int page_find_listener(struct page *page, uint64_t key, uint32_t flags)
{
    int n = atomic_load(&page->held) == 0 ? 0 : (int)page_entries(page);

    for (int i = 0; i < n; i++)
        if ((atomic_load(&page->listeners[i].flags) & flags) &&
            (atomic_load(&page->listeners[i].key) == key ||
             atomic_load(&page->listeners[i].alias) == key))
            return i;
    return -1;
}

int page_find_member(struct page *page, uint64_t key, int from, uint32_t flags)
{
    int n = atomic_load(&page->held) == 0 ? 0 : (int)page_entries(page);

    for (int i = from; i < n; i++)
        if ((atomic_load(&page->listeners[i].flags) & flags) &&
            address_equal(atomic_load(&page->listeners[i].key), key))
            return i;
    return -1;
}

/* Whoever has a number of its own, or is to get one before the entry with this index. */
static bool precedes(const struct page *page, int i, int index)
{
    const uint32_t settled = LISTENER_HELD | LISTENER_USED;

    return i != index && (i < index || (atomic_load(&page->listeners[i].flags) & settled));
}

bool page_has_other(struct page *page, int index, uint64_t key)
{
    int n = (int)page_entries(page);

    for (int i = 0; i < n; i++)
        if (precedes(page, i, index) && atomic_load(&page->listeners[i].key) == key)
            return true;
    return false;
}

uint64_t page_free_key(struct page *page, int index, uint64_t key)
{
    uint64_t taken[PAGE_LISTENERS / 64] = {0}; /* no more numbers than entries can be */
    uint64_t first = key - key % ADDRESS_NUMBERS;
    unsigned end = page_entries(page), n = 0;

    for (unsigned i = 0; i < end; i++) {
        uint64_t number = atomic_load(&page->listeners[i].key) - first;

        if (precedes(page, (int)i, index) && number < PAGE_LISTENERS)
            taken[number / 64] |= UINT64_C(1) << number % 64;
    }
    while (n < PAGE_LISTENERS - 1 && (taken[n / 64] >> n % 64 & 1))
        n++;
    return first + n;
}

static bool claim_refusal(struct page_refusal *r, uint64_t device, uint64_t inode)
{
    uint64_t have = 0;

    if (!atomic_compare_exchange_strong(&r->inode, &have, inode))
        return have == inode && atomic_load(&r->device) == device;
    atomic_store(&r->device, device);
    return true;
}

struct page_refusal *page_claim_refusal(struct page *page, uint64_t device, uint64_t inode)
{
    for (int i = 0; i < PAGE_REFUSALS; i++)
        if (claim_refusal(&page->refusals[i], device, inode))
            return &page->refusals[i];
    return NULL;
}

unsigned page_count_used(struct page *page)
{
    unsigned used = 0;

    for (unsigned i = 0; i < page_entries(page); i++)
        used += (atomic_load(&page->listeners[i].flags) & LISTENER_USED) != 0;
    return used;
}
