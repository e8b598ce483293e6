/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/listeners.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <linux/futex.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/address.h"
#include "protocol/clock.h"
#include "supervisor/generation/log_limit.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/private.h"
#include "supervisor/kernel/io.h"
#include "supervisor/state/log.h"

void generation_bind(struct generation *g, unsigned index, struct listener *h, uint32_t known)
{
    if (known & LISTENER_USED)
        h->took = clock_ms() - g->started;
    g->bound[index] = h;
    g->known[index] = known;
    if (g->entries <= index)
        g->entries = index + 1;
    atomic_fetch_or(&g->page->listeners[index].flags, LISTENER_HELD | known);
}

uint64_t generation_key(const struct generation *g, unsigned index, int fd)
{
    uint64_t said = atomic_load(&g->page->listeners[index].key);
    struct address a;

    if (!address_of_socket(&a, fd) || a.family == AF_UNIX || address_has_key(&a, said))
        return said;
    return address_key(&a, 0);
}

static const char *path_of(const struct listener *h)
{
    const struct sockaddr_un *un = (const struct sockaddr_un *)&h->socket.addr;

    return h->socket.family == AF_UNIX && un->sun_path[0] ? un->sun_path : NULL;
}

uint32_t generation_flags(const struct generation *g, unsigned index)
{
    uint32_t flags = atomic_load(&g->page->listeners[index].flags) | g->known[index];

    if (g->bound[index] && !path_of(g->bound[index]))
        flags &= ~(uint32_t)LISTENER_UNLINKED;
    return flags;
}

/* What the youngest generation that serves on it has made of it, or NULL. */
static const struct page_listener *held_entry(const struct listener *h)
{
    const struct generation *g;

    TAILQ_FOREACH_REVERSE (g, &generation_list, generation_list, link)
        for (unsigned i = 0; i < g->entries; i++)
            if (g->bound[i] == h && (generation_flags(g, i) & LISTENER_USED))
                return &g->page->listeners[i];
    return NULL;
}

/* May there be somebody at the path for whom this is the listener? */
static bool has_name(const struct listener *h)
{
    const char *path = path_of(h);
    struct stat st;

    if (!path)
        return true;
    for (const struct listener *later = TAILQ_NEXT(h, link); later; later = TAILQ_NEXT(later, link))
        if (later->key == h->key)
            return false;
    return lstat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* The server has removed its name, it says: what it binds there now is the one to hand out. Where
 * the path is seen to be there, and nobody else's, it has not. */
static bool is_nameless(const struct listener *h, const struct page_listener *entry)
{
    return entry && (atomic_load(&entry->flags) & LISTENER_UNLINKED) && !has_name(h);
}

void generation_offer(struct generation *g)
{
    struct listener *h;
    unsigned i = 0;

    TAILQ_FOREACH (h, &listener_list, link) {
        const struct page_listener *former = h->leaving ? NULL : held_entry(h);

        if (h->leaving || h->stays || i == PAGE_LISTENERS || is_nameless(h, former))
            continue;
        atomic_store(&g->page->entries, i + 1);
        atomic_store(&g->page->listeners[i].key, h->key);
        atomic_store(&g->page->listeners[i].alias, former ? atomic_load(&former->alias) : 0);
        atomic_store(&g->page->listeners[i].socket, h->cookie ? h->cookie : page_no_socket((int)i));
        atomic_store(&g->page->listeners[i].flags, LISTENER_SHARED |
                                                       (h->nonblock ? LISTENER_NONBLOCK : 0) |
                                                       (h->outside ? LISTENER_OUTSIDE : 0));
        atomic_fetch_add(&g->page->held, 1);
        generation_bind(g, i++, h, 0);
    }
}

bool generation_uses(const struct generation *g, const struct listener *h)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i] == h && (g->known[i] & LISTENER_USED))
            return true;
    return false;
}

void generation_share_paths(struct generation *g, const struct generation *other)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i] && generation_uses(other, g->bound[i]))
            atomic_fetch_or(&g->page->listeners[i].flags, LISTENER_SHARED);
}

void generation_own_paths(struct generation *g)
{
    for (unsigned i = 0; i < g->entries; i++)
        atomic_fetch_and(&g->page->listeners[i].flags, ~(uint32_t)LISTENER_SHARED);
    atomic_store(&g->page->looked_for, 0);
}

/* What came with a process (LISTEN_FDS, inetd) is adopted without a message. */
void generation_confirm(struct generation *g)
{
    bool scanned = false;

    for (unsigned i = 0; i < g->entries; i++) {
        if (!g->bound[i] || (g->known[i] & LISTENER_USED) ||
            !(generation_flags(g, i) & LISTENER_USED))
            continue;
        scanned = scanned || generation_scan(g) == 0;
        if (kernel_holds(&g->tree, g->bound[i]->socket.inode) != 0)
            g->known[i] |= LISTENER_ADOPTED;
    }
}

void generation_left(struct generation *g, const struct listener *h)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i] == h && (g->known[i] & LISTENER_USED))
            atomic_fetch_or(&g->page->listeners[i].flags, LISTENER_CLOSED);
}

bool generation_has(const struct generation *g, const struct listener *h)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i] == h)
            return true;
    return false;
}

void generation_answer(struct generation *g, unsigned index)
{
    _Atomic uint32_t *flags = &g->page->listeners[index].flags;

    if (atomic_load(flags) & LISTENER_AWAITED &&
        atomic_fetch_and(flags, ~(uint32_t)LISTENER_AWAITED) & LISTENER_AWAITED)
        syscall(SYS_futex, flags, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void forget(struct generation *g, unsigned index)
{
    g->bound[index] = NULL;
    g->known[index] = 0;
    atomic_store(&g->page->listeners[index].key, 0);
    atomic_store(&g->page->listeners[index].alias, 0);
    generation_answer(g, index);
    atomic_store(&g->page->listeners[index].flags, 0);
    atomic_fetch_sub(&g->page->held, 1);
}

void generation_drop(struct generation *g, unsigned index)
{
    forget(g, index);
    atomic_store(&g->page->listeners[index].socket, 0);
}

void generation_forget(struct listener *h)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        for (unsigned i = 0; i < g->entries; i++)
            if (g->bound[i] == h)
                forget(g, i);
}

/* Adopted, and not waited on, while the generation before waits on it. */
static bool is_missing(const struct listener *h, uint32_t flags)
{
    return h && h->waited && (flags & LISTENER_USED) && !(flags & LISTENER_WAITED);
}

const struct listener *generation_missing(const struct generation *g)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (is_missing(g->bound[i], generation_flags(g, i)))
            return g->bound[i];
    return NULL;
}

/* Of a path that was put in place the kernel knows the name before, which has a number in it. */
static bool is_same_address(const struct listener *a, const struct listener *b)
{
    return a->socket.type == b->socket.type &&
           (strcmp(a->address, b->address) == 0 || (path_of(a) && path_of(b) && a->key == b->key));
}

bool generation_serves(const struct generation *g, const struct listener *h)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i] && (generation_flags(g, i) & LISTENER_USED) &&
            is_same_address(g->bound[i], h))
            return true;
    return false;
}

/* Once for each address. */
static bool is_unserved(const struct generation *g, unsigned index)
{
    const struct listener *h = g->bound[index];

    if (!h || h->leaving || (generation_flags(g, index) & LISTENER_UNLINKED) ||
        generation_serves(g, h))
        return false;
    for (unsigned i = 0; i < index; i++)
        if (g->bound[i] && is_same_address(g->bound[i], h))
            return false;
    return true;
}

int64_t generation_awaited(const struct generation *g)
{
    int64_t took = 0;

    for (unsigned i = 0; i < g->entries; i++)
        if (is_unserved(g, i) && !private_is_past(g, g->bound[i]) && g->bound[i]->took > took)
            took = g->bound[i]->took;
    return took;
}

unsigned generation_unserved(const struct generation *g, char *text, size_t size)
{
    static const char more[] = " and 1024 more";
    unsigned n = 0, named = 0;
    size_t used = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < g->entries; i++) {
        if (!is_unserved(g, i) || private_is(g->bound[i]) || n++ > named)
            continue;
        if (used + strlen(g->bound[i]->address) + sizeof ", " + sizeof more > size)
            continue;
        used += (size_t)snprintf(text + used, size - used, "%s%s", named > 0 ? ", " : "",
                                 g->bound[i]->address);
        named++;
    }
    if (n > named)
        snprintf(text + used, size - used, " and %u more", n - named);
    return n;
}

static bool is_awaited(const struct generation *g, const struct listener *h, uint32_t flags)
{
    if (!h || (flags & LISTENER_UNLINKED))
        return false;
    return (flags & LISTENER_ADOPTED) || (!(flags & LISTENER_LISTENING) && !private_is_past(g, h));
}

/* A name that nobody else will have is for the process's own use: it need not be waited on. */
static bool is_used(const struct generation *g, unsigned index, uint32_t flags)
{
    bool own = (flags & LISTENER_PASSING) && atomic_load(&g->page->listeners[index].alias) == 0;

    return (flags & LISTENER_USED) && (!own || (flags & LISTENER_WAITED));
}

/* Also those that the processes say they listen on, and could not hand over. */
struct generation_listeners generation_listeners(const struct generation *g)
{
    struct generation_listeners l = {0};
    unsigned n = page_entries(g->page);

    for (unsigned i = 0; i < (n > g->entries ? n : g->entries); i++) {
        uint32_t flags = generation_flags(g, i);
        const struct listener *h = g->bound[i];

        l.offered += is_awaited(g, h, flags);
        l.adopted += (flags & LISTENER_ADOPTED) != 0;
        l.used += is_used(g, i, flags);
        l.unknown += (flags & LISTENER_USED) && !h;
        l.waited += (flags & LISTENER_WAITED) != 0;
        l.missing += is_missing(h, flags);
    }
    return l;
}

/* Two processes have found it at the same time. */
static bool has_already(const struct generation *g, int fd)
{
    struct stat st;

    for (unsigned i = 0; fstat(fd, &st) == 0 && i < g->entries; i++)
        if (g->bound[i] && g->bound[i]->socket.inode == st.st_ino)
            return true;
    return false;
}

/* A process may have sent a socket of its own for another's entry: that one gets a free one. */
static unsigned place_for(struct generation *g, unsigned index, uint64_t key, int fd)
{
    unsigned place = PAGE_LISTENERS;

    if (!g->bound[index])
        return index;
    while (place-- > 0)
        if (!g->bound[place] && atomic_load(&g->page->listeners[place].socket) == 0) {
            atomic_store(&g->page->listeners[place].socket, io_socket_cookie(fd));
            atomic_store(&g->page->listeners[place].key, key);
            return place;
        }
    return PAGE_LISTENERS;
}

/* NULL with the reason. */
static struct listener *keep(struct generation *g, unsigned index, int fd, const char **wrong)
{
    uint64_t key;
    struct listener *h;

    *wrong = index >= PAGE_LISTENERS ? "there is no entry of this number"
             : !listener_serves(fd)  ? "it does not listen"
                                     : NULL;
    if (*wrong)
        return NULL;
    key = generation_key(g, index, fd);
    index = place_for(g, index, key, fd);
    h = index < PAGE_LISTENERS ? listener_add(fd, key) : NULL;
    *wrong = index < PAGE_LISTENERS ? strerror(errno) : "there are too many";
    if (h)
        generation_bind(g, index, h, LISTENER_LISTENING);
    return h;
}

bool generation_keep(struct generation *g, unsigned index, int fd, pid_t pid)
{
    struct listener *h;
    const char *wrong;

    if (fd >= 0 && has_already(g, fd)) {
        close(fd);
        return false;
    }
    h = keep(g, index, fd, &wrong);
    if (!h) {
        log_limited(g, (int)pid, "a listener of it could not be kept: %s", wrong);
        io_close_socket(fd);
        return false;
    }
    listener_witness(h, pid, -1);
    if (!g->serves_itself && (!g->was_ready || g->next_note != CLOCK_NEVER))
        g->next_note = 0; /* see detached.h */
    log_line(LEVEL_DEBUG, "generation %u listens on %s", g->number, h->address);
    return true;
}
