/* SPDX-License-Identifier: ISC */
#include "protocol/page.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

static struct page *page;

static void new_page(void)
{
    if (page)
        munmap(page, sizeof *page);
    page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        abort();
}

/* All slots but this one have a living owner; so does that one, if it isn't 0. */
static void fill_but(unsigned which, int32_t pid)
{
    for (unsigned i = 0; i < PAGE_SLOTS; i++)
        atomic_store(&page->slots[i].pid, i == which ? pid : getpid());
}

static pid_t dead_process(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
    return pid;
}

static pid_t living_process(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        pause();
        _exit(0);
    }
    return pid;
}

static void test_claim(void)
{
    struct page_slot *first, *second;

    new_page();
    first = page_claim_slot(page, getpid());
    second = page_claim_slot(page, getpid());
    ok(first && second && first != second, "each claim gets a slot of its own");
    is_int(atomic_load(&first->pid), getpid(), "with the pid");
    ok(atomic_load(&first->born) > 0, "and the time of birth");
    is_int(atomic_load(&page->hint), 2, "the hint tells how many were used");
    ok(page_has_process(page, getpid()) && !page_has_process(page, 1), "who has one is found");
}

static void test_reuse(void)
{
    struct page_slot *slot;
    pid_t living = living_process();

    new_page();
    fill_but(17, dead_process());
    page->slots[17].connections = 5;
    page->slots[17].drained = 1;
    page->slots[17].away = 1;
    page->slots[17].accepts = 3 * SLOT_ACCEPTED + 1;
    slot = page_claim_slot(page, getpid());
    ok(slot == &page->slots[17], "the slot of a dead process is used again");
    ok(slot && slot->connections == 0 && slot->drained == 0 && slot->away == 0 &&
           slot->accepts == 3 * SLOT_ACCEPTED,
       "and is empty");
    ok(page_claim_slot(page, getpid()) == NULL, "when all are in use there is none");
    fill_but(18, -living);
    ok(page_claim_slot(page, getpid()) == NULL, "one that is just being claimed is in use");
    kill(living, SIGKILL);
    waitpid(living, NULL, 0);
    ok(page_claim_slot(page, getpid()) == &page->slots[18], "unless its process died over it");
}

enum { CHILDREN = 8, EACH = 40 };

/* Children that claim at the same time; the parent looks for what two have. */
static void test_race(unsigned room)
{
    struct page_slot **claims = mmap(NULL, CHILDREN * EACH * sizeof *claims, PROT_READ | PROT_WRITE,
                                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned got = 0, twice = 0;

    new_page();
    for (unsigned i = room; i < PAGE_SLOTS; i++)
        atomic_store(&page->slots[i].pid, getpid());
    for (int child = 0; child < CHILDREN; child++)
        if (fork() == 0) {
            for (int i = 0; i < EACH; i++)
                claims[child * EACH + i] = page_claim_slot(page, getppid());
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    for (unsigned i = 0; i < CHILDREN * EACH; i++) {
        got += claims[i] != NULL;
        for (unsigned j = 0; claims[i] && j < i; j++)
            twice += claims[i] == claims[j];
    }
    is_int(got, room < CHILDREN * EACH ? room : CHILDREN * EACH, "claims at once, room for %u",
           room);
    is_int(twice, 0, "and none was given twice");
    munmap(claims, CHILDREN * EACH * sizeof *claims);
}

/* -1 too when the entry is somebody else's. */
static int claim(uint64_t key, uint64_t socket)
{
    bool claimed;
    int index = page_claim_listener(page, key, socket, &claimed);

    return claimed ? index : -1;
}

static int recognize(uint64_t key, uint64_t socket)
{
    bool claimed;
    int index = page_claim_listener(page, key, socket, &claimed);

    return claimed ? -1 : index;
}

static void test_listeners(void)
{
    const uint32_t flags = LISTENER_HELD | LISTENER_LISTENING;

    new_page();
    is_int(claim(11, 71), 0, "a listener");
    is_int(claim(12, 72), 1, "another one");
    is_int(claim(12, 73), 2, "and one with the same key");
    is_int(recognize(12, 72), 1, "a socket that has an entry keeps it");
    is_int(claim(13, 0), 3, "one without a cookie is new");
    is_int(claim(13, 0), 4, "and so is the next");
    atomic_fetch_or(&page->listeners[1].flags, LISTENER_HELD);
    is_int(page_find_listener(page, 12, flags), -1, "the search is skipped when none is held");
    page->held = 1;
    is_int(page_find_listener(page, 12, flags), 1, "found by key and flag");
    is_int(page_find_listener(page, 11, flags), -1, "not without the flag");
    is_int(page_find_listener(page, 14, ~0u), -1, "not with another key");
    ok(!page_has_other(page, 0, 11), "no other has the first one's key");
    ok(page_has_other(page, 2, 12), "the key is taken before the third");
    ok(!page_has_other(page, 2, 14), "another is not");
    ok(!page_has_other(page, 1, 13), "nor by one that is just getting its number");
    atomic_fetch_or(&page->listeners[3].flags, LISTENER_LISTENING);
    ok(page_has_other(page, 1, 13), "but by one that has it, wherever it is");
    for (int i = 5; i < PAGE_LISTENERS; i++)
        claim(100, 0);
    is_int(claim(100, 0), -1, "the table is full");
    is_int(page_find_listener(page, 7, ~0u), -1, "and still can be searched");
    atomic_store(&page->listeners[1].socket, 0);
    is_int(recognize(12, 73), 2, "a socket has the entry it had when one before is freed");
    is_int(claim(15, 75), 1, "which is there for the next socket");
    is_int(claim(15, 76), -1, "once");
}

/* As a process leaves it that is killed right after it has got entry 1 for its socket. */
static void test_killed(void)
{
    const uint32_t flags = LISTENER_LISTENING;

    new_page();
    claim(11, 71);
    claim(12, 72);
    atomic_store(&page->listeners[1].key, 0);
    atomic_store(&page->listeners[1].flags, 0);
    claim(13, 73);
    atomic_fetch_or(&page->listeners[2].flags, flags);
    page->held = 1;
    is_int(page_find_listener(page, 13, flags), 2, "who dies in claiming hides none behind");
    is_int(recognize(13, 73), 2, "nor its socket");
    ok(page_has_other(page, 0, 13), "nor its key");
    is_int(recognize(12, 72), 1, "its own socket has the entry still");
    is_int(claim(14, 74), 3, "and the next one gets the next");
}

/* Whatever a process of the server has written there. */
static void test_scribbled(void)
{
    new_page();
    for (int i = 0; i < 3; i++)
        claim(11, 71 + (uint64_t)i);
    atomic_store(&page->entries, UINT32_MAX);
    is_int(page_entries(page), PAGE_LISTENERS, "there are no more entries than there are");
    is_int(page_find_listener(page, 99, ~0u), -1, "to look at");
    atomic_store(&page->entries, 0);
    is_int(recognize(11, 73), 2, "a socket is found when it is claimed, whatever their number");
    is_int(page_entries(page), 3, "which is then right again");
    fill_but(3, INT32_MIN);
    ok(page_claim_slot(page, getpid()) == &page->slots[3], "no process has the lowest number");
}

static void test_members(void)
{
    const uint64_t first = UINT64_C(1) << 63, other = first + 4 * ADDRESS_NUMBERS;

    new_page();
    page->held = 1;
    for (int i = 0; i < 4; i++)
        claim(i == 1 ? other : first, 0);
    for (int i = 0; i < 4; i++) {
        ok(i < 2 || page_has_other(page, i, page->listeners[i].key), "a second one has to move");
        page->listeners[i].key = page_free_key(page, i, page->listeners[i].key);
        atomic_fetch_or(&page->listeners[i].flags, LISTENER_LISTENING);
    }
    is_int((long)(page->listeners[3].key - first), 2, "members get the next number");
    ok(page->listeners[1].key == other, "each address counts for itself");
    is_int(page_find_member(page, other, 0, LISTENER_LISTENING), 1, "its one member is found");
    is_int(page_find_member(page, first + 7, 1, LISTENER_LISTENING), 2, "and those of the other");
    is_int(page_find_member(page, first, 4, LISTENER_LISTENING), -1, "until there is no more");
    is_int(page_find_member(page, first, 0, LISTENER_HELD), -1, "none without the flag");
    page->listeners[0].key = 0;
    is_int((long)(page_free_key(page, 3, first + 2) - first), 0, "a number that is free again");
}

static void test_commands(void)
{
    struct page *fresh = calloc(1, sizeof *fresh);

    ok(!page_has_command(fresh, 1), "no command has served");
    page_note_command(fresh, 1);
    page_note_command(fresh, 1);
    ok(page_has_command(fresh, 1) && !page_has_command(fresh, 2), "one has");
    is_int(atomic_load(&fresh->commands[1]), 0, "it takes one place");
    ok(!page_has_command(fresh, 0), "what has no number never has");
    for (uint32_t i = 1; i <= PAGE_COMMANDS + 1; i++)
        page_note_command(fresh, i);
    ok(page_has_command(fresh, PAGE_COMMANDS), "so many are remembered");
    ok(!page_has_command(fresh, PAGE_COMMANDS + 1), "and no more");
    free(fresh);
}

int main(void)
{
    test_claim();
    test_reuse();
    test_race(PAGE_SLOTS);
    test_race(100);
    test_listeners();
    test_members();
    test_killed();
    test_scribbled();
    test_commands();
    return done();
}
