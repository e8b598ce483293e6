/* SPDX-License-Identifier: ISC */
#include "listener/path_guard.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "libc/real.h"
#include "listener/adopt.h"
#include "listener/path_state.h"
#include "listener/pid_file.h"
#include "process/bound_keys.h"
#include "process/fdtab.h"
#include "process/readable.h"
#include "process/self.h"

enum { SMALL = 4096 }; /* what is written as a whole, and not by many */

/* Is a living socket bound to it?  The kernel tells a datagram socket, and nothing arrives there:
 * a socket of another type is the wrong one, a datagram socket hears nothing of a connect(). */
static bool is_bound(const struct address *a)
{
    int fd = real.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool bound = fd >= 0 && (real.connect(fd, &a->any, a->len) == 0 ||
                             (errno != ECONNREFUSED && errno != ENOENT));

    if (fd >= 0)
        real.close(fd);
    return bound;
}

/* The socket that this process has bound to the path, or -1; its type. */
static int path_socket(const char *path, int *type)
{
    struct address a;

    for (unsigned i = 0; self.on && path && i < PATH_STATE_TYPES; i++) {
        int fd =
            address_of_path(&a, path, path_state_types[i]) ? bound_keys_fd(address_key(&a, 0)) : -1;

        *type = path_state_types[i];
        if (fd >= 0)
            return fd;
    }
    return -1;
}

/* Whatever a draining generation listened on itself it has a placeholder of. */
static bool is_others_socket(const char *path)
{
    struct address a;
    struct stat st;
    int type, own = path_socket(path, &type);

    return (own < 0 || fdtab_is(own, FDS_SEEM_LISTENING)) && lstat(path, &st) == 0 &&
           S_ISSOCK(st.st_mode) && address_of_path(&a, path, SOCK_DGRAM) && is_bound(&a);
}

static bool is_within(const struct statx_timestamp *t)
{
    int64_t ms = t->tv_sec * INT64_C(1000) + t->tv_nsec / 1000000;

    return ms >= atomic_load(&self.page->successor_from) &&
           ms <= atomic_load(&self.page->successor_until);
}

/* Has it come to be, or been written anew, while a younger generation started (named's key, a lock,
 * whatever names a process in its own way)?  Only as this one ends: what it needs for its clients
 * it has removed before. */
static bool came_with_successor(int fd, const char *path)
{
    struct statx x;

    if (!(self_attention() & ATTENTION_ENDING) || atomic_load(&self.page->successor_from) == 0 ||
        statx(fd, path, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &x) <
            0 ||
        S_ISDIR(x.stx_mode))
        return false;
    return ((x.stx_mask & STATX_BTIME) && is_within(&x.stx_btime)) ||
           (x.stx_size <= SMALL && is_within(&x.stx_mtime));
}

/* What another generation has put there meanwhile is none of a draining one's. */
static bool is_successors(const char *path)
{
    int saved = errno;
    bool keep =
        path && (self_attention() & ATTENTION_DRAINING) &&
        (is_others_socket(path) || pid_file_is_others(path) || came_with_successor(AT_FDCWD, path));

    errno = saved;
    return keep;
}

bool path_guard_keep_content(int fd, const char *path)
{
    int saved = errno;
    bool keep = self.on && path && (self_attention() & ATTENTION_DRAINING) &&
                ((*path ? pid_file_is_others(path) : pid_file_open_is_others(fd)) ||
                 came_with_successor(fd, path));

    errno = saved;
    return keep;
}

bool path_guard_hides(const struct sockaddr *addr, socklen_t len)
{
    char path[sizeof((struct sockaddr_un *)0)->sun_path + 1] = "";
    const size_t head = offsetof(struct sockaddr_un, sun_path);

    if (len <= head || len > sizeof(struct sockaddr_un) || !readable(addr, len) ||
        addr->sa_family != AF_UNIX)
        return false;
    memcpy(path, (const char *)addr + head, len - head);
    return path_state_is_predecessors(path_state_find(path));
}

bool path_guard_keep(const char *path)
{
    struct page_listener *l = path_state_find(path);
    uint32_t flags = l ? atomic_load(&l->flags) : 0;

    if (flags & LISTENER_SHARED)
        atomic_fetch_or(&l->flags, LISTENER_REMOVED);
    if ((flags & LISTENER_SHARED) || path_state_is_predecessors(l) ||
        (!(flags & LISTENER_STAYS) && is_successors(path)) || pid_file_gives_back(path))
        return true;
    if (l && path_state_is_named(l, path))
        path_state_forget(l);
    return false;
}

/* What the server made of the new file. */
static void copy_mode(const char *from, const char *to)
{
    struct stat wanted, st;

    if (lstat(from, &wanted) < 0 || lstat(to, &st) < 0)
        return;
    if ((wanted.st_uid != st.st_uid || wanted.st_gid != st.st_gid) &&
        lchown(to, wanted.st_uid, wanted.st_gid) < 0 && errno != EPERM)
        return;
    if (wanted.st_mode != st.st_mode)
        chmod(to, wanted.st_mode & 07777);
}

/* What listens at `to` goes on as the socket that was bound as `from`. */
static bool put_in_place(const char *from, const char *to)
{
    struct address a;
    int saved = errno;
    int type, fd = path_socket(from, &type);
    bool done = fd >= 0 && fdtab_kind(fd) == FD_FRESH && to && address_of_path(&a, to, type) &&
                adopt_path(fd, &a);

    if (done)
        copy_mode(from, to);
    errno = saved;
    return done;
}

static bool is_adopted(const struct page_listener *l)
{
    return l && (atomic_load(&l->flags) & LISTENER_ADOPTED);
}

/* The name was bound before, and put in place there. */
static bool is_in_place(const char *from, const struct page_listener *l)
{
    return is_adopted(l) && l == path_state_find(from);
}

bool path_guard_rename(const char *from, const char *to)
{
    int saved = errno;

    if (is_in_place(from, path_state_find(to)))
        return true;
    if (!put_in_place(from, to))
        return false;
    real.unlink(from);
    errno = saved;
    return true;
}

/* The path that this generation serves, and has not removed, nobody gets: EEXIST. */
bool path_guard_link(const char *from, const char *to)
{
    struct page_listener *l = path_state_find(to);
    uint32_t flags = l ? atomic_load(&l->flags) : 0;

    if (is_in_place(from, l))
        return true;
    return (!(flags & LISTENER_USED) || (flags & LISTENER_REMOVED)) && put_in_place(from, to);
}

void path_guard_named(const char *from, const char *to)
{
    int type, fd = path_socket(from, &type);
    struct page_listener *l = path_state_find(from);
    struct address a;

    if (fd < 0 || !to || !address_of_path(&a, to, type))
        return;
    if (l)
        atomic_store(&l->alias, address_key(&a, 0));
    else
        bound_keys_remember(fd, address_key(&a, 0), true);
}
