/* SPDX-License-Identifier: ISC */
#include "listener/path_state.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "libc/real.h"
#include "process/self.h"

const int path_state_types[PATH_STATE_TYPES] = {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM};

static struct page_listener *find_type(const char *path, int type)
{
    struct address a;
    int index = -1;

    if (path && address_of_path(&a, path, type))
        index = page_find_listener(self.page, address_key(&a, 0), LISTENER_HELD | LISTENER_USED);
    return index < 0 ? NULL : &self.page->listeners[index];
}

struct page_listener *path_state_find(const char *path)
{
    struct page_listener *l = NULL;

    if (!self.on || atomic_load(&self.page->held) == 0)
        return NULL;
    for (unsigned i = 0; !l && i < PATH_STATE_TYPES; i++)
        l = find_type(path, path_state_types[i]);
    return l;
}

bool path_state_is_predecessors(const struct page_listener *l)
{
    uint32_t flags = l ? atomic_load(&l->flags) : 0;

    return (flags & LISTENER_HELD) && !(flags & LISTENER_USED);
}

void path_state_forget(struct page_listener *l)
{
    atomic_fetch_or(&l->flags, LISTENER_UNLINKED);
    atomic_store(&l->key, 0);
    atomic_store(&l->alias, 0);
}

/* Is it known by this name now?  One that was put in place has another. */
static bool is_named(struct page_listener *l, const struct address *a)
{
    uint64_t alias = atomic_load(&l->alias);

    return (alias ? alias : atomic_load(&l->key)) == address_key(a, 0);
}

bool path_state_is_named(struct page_listener *l, const char *path)
{
    struct address a;

    for (unsigned i = 0; i < PATH_STATE_TYPES; i++)
        if (address_of_path(&a, path, path_state_types[i]) && is_named(l, &a))
            return true;
    return false;
}

/* One that is shared still has its name after this generation has "removed" it (path_guard_keep).
 */
static bool is_own(uint32_t flags)
{
    return (flags & LISTENER_USED) && !(flags & LISTENER_SHARED);
}

static bool is_missing(const struct address *a)
{
    struct stat st;

    return a->family == AF_UNIX && a->un.sun_path[0] && lstat(a->un.sun_path, &st) < 0 &&
           errno == ENOENT;
}

bool path_state_is_private(const struct address *a)
{
    char directory[sizeof a->un.sun_path + 1] = "";
    int saved = errno;
    struct stat st;
    bool private;

    if (a->family != AF_UNIX || a->un.sun_path[0] != '/')
        return false;
    memcpy(directory, a->un.sun_path, sizeof a->un.sun_path);
    strrchr(directory, '/')[1] = '\0';
    private = lstat(directory, &st) == 0 && (st.st_mode & 077) == 0;
    errno = saved;
    return private;
}

bool path_state_lost(const struct address *a, int index)
{
    struct page_listener *l = &self.page->listeners[index];

    if ((self_attention() & ATTENTION_DRAINING) || !is_named(l, a) || !is_missing(a))
        return false;
    self_note("nobody can reach the UNIX listener any more, it is bound anew: ", a->un.sun_path);
    path_state_forget(l);
    return true;
}

bool path_state_bind_anew(const struct address *a, int index)
{
    const char *path = a->un.sun_path;
    struct page_listener *l = &self.page->listeners[index];
    uint32_t flags = atomic_load(&l->flags);

    if (a->family != AF_UNIX || !path[0])
        return false;
    if (!is_own(flags))
        return path_state_lost(a, index);
    /* it was not to be removed then, but is now nobody else's */
    if (flags & LISTENER_REMOVED)
        real.unlink(path);
    if (is_missing(a))
        path_state_forget(l);
    return true;
}
