/* SPDX-License-Identifier: ISC */
#include "listener/unix_path.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "libc/real.h"
#include "listener/adopt.h"
#include "process/bindings.h"
#include "process/fdtab.h"
#include "process/predecessors.h"
#include "process/self.h"

enum { PID_TEXT = 32, TYPES = 3 };

static const int types[TYPES] = {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM};

static struct page_listener *path_listener(const char *path, int type)
{
    struct address a;
    int index = -1;

    if (path && address_of_path(&a, path, type))
        index = page_find_listener(self.page, address_key(&a, 0),
                                   LISTENER_HELD | LISTENER_LISTENING | LISTENER_ADOPTED);
    return index < 0 ? NULL : &self.page->listeners[index];
}

static struct page_listener *path_find(const char *path)
{
    struct page_listener *l = NULL;

    if (!self.on || atomic_load(&self.page->held) == 0)
        return NULL;
    for (unsigned i = 0; !l && i < TYPES; i++)
        l = path_listener(path, types[i]);
    return l;
}

/* The number in a small file, 0 when it holds anything else. */
static pid_t read_pid(const char *path)
{
    char text[PID_TEXT];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : -1;
    pid_t pid = 0;

    if (fd >= 0)
        real.close(fd);
    if (n <= 0 || n == (ssize_t)sizeof text)
        return 0;
    for (ssize_t i = 0; i < n && text[i] >= '0' && text[i] <= '9'; i++)
        pid = pid * 10 + (text[i] - '0');
    return pid;
}

static bool is_own_process(pid_t pid)
{
    for (unsigned i = 0; i < PAGE_SLOTS && i < atomic_load(&self.page->hint); i++)
        if (atomic_load(&self.page->slots[i].pid) == pid)
            return true;
    return false;
}

/* A living process of another generation has written it. */
static bool is_others_pidfile(const char *path)
{
    pid_t pid = read_pid(path);

    return pid > 1 && !is_own_process(pid) && (real.kill(pid, 0) == 0 || errno == EPERM);
}

/* Is a living socket bound to it?  The kernel tells a datagram socket, and nothing arrives there:
 * a socket of another type is the wrong one, a datagram socket hears nothing of a connect(). */
static bool is_bound(const struct address *a)
{
    int fd = real.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool bound = fd >= 0 && (real.connect(fd, (const struct sockaddr *)&a->addr, a->len) == 0 ||
                             (errno != ECONNREFUSED && errno != ENOENT));

    if (fd >= 0)
        real.close(fd);
    return bound;
}

/* The socket that this process has bound to the path, or -1; its type. */
static int path_socket(const char *path, int *type)
{
    struct address a;

    for (unsigned i = 0; self.on && path && i < TYPES; i++) {
        int fd = address_of_path(&a, path, types[i]) ? bindings_fd(address_key(&a, 0)) : -1;

        *type = types[i];
        if (fd >= 0)
            return fd;
    }
    return -1;
}

/* Whatever a draining generation listened on itself it has a dummy of. */
static bool is_others_socket(const char *path)
{
    struct address a;
    struct stat st;
    int type, own = path_socket(path, &type);

    return (own < 0 || fdtab_seems_to_listen(own)) && lstat(path, &st) == 0 &&
           S_ISSOCK(st.st_mode) && address_of_path(&a, path, SOCK_DGRAM) && is_bound(&a);
}

/* What another generation has put there meanwhile is none of a draining one's. */
static bool is_successors(const char *path)
{
    int saved = errno;
    bool keep = path && (self_attention() & ATTENTION_DRAINING) &&
                (is_others_socket(path) || is_others_pidfile(path));

    errno = saved;
    return keep;
}

/* Gone for good: a later bind must make a new one. */
static void path_forget(struct page_listener *l)
{
    atomic_fetch_or(&l->flags, LISTENER_UNLINKED);
    atomic_store(&l->key, 0);
    atomic_store(&l->alias, 0);
}

/* Beyond the limit SIGXFSZ would end the server for a write of ours. */
static bool may_write(size_t size)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= size;
}

/* In place, so that what follows the number stays, and nobody finds the file without one. */
static bool write_pid(const char *path, pid_t pid)
{
    char had[PID_TEXT], text[2 * PID_TEXT];
    int fd = may_write(sizeof text) ? open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW) : -1;
    ssize_t n = fd >= 0 ? read(fd, had, sizeof had) : -1, after = 0;
    size_t at = PID_TEXT, end = PID_TEXT;
    bool done = false;

    for (; pid > 0; pid /= 10)
        text[--at] = (char)('0' + pid % 10);
    while (after < n && had[after] >= '0' && had[after] <= '9')
        after++;
    while (after < n)
        text[end++] = had[after++];
    if (n > 0)
        done = pwrite(fd, text + at, end - at, 0) == (ssize_t)(end - at) &&
               ftruncate(fd, (off_t)(end - at)) == 0;
    if (fd >= 0)
        real.close(fd);
    return done;
}

/*
 * This generation was told that the process in its pid file is dead, wrote its own there, and now
 * cleans up, while the one before may have to go on: that one is named again.  Negative: it is.
 */
static bool gives_back(const char *path)
{
    int saved = errno;
    int64_t noted = atomic_load(&self.page->looked_for);
    pid_t elder = (pid_t)(noted < 0 ? -noted : noted);
    pid_t pid = path && predecessors_has(elder) ? read_pid(path) : 0;
    bool keep = noted < 0 && pid == elder && pid > 0;

    if (noted > 0 && pid > 1 && is_own_process(pid) &&
        (real.kill(elder, 0) == 0 || errno == EPERM)) {
        keep = write_pid(path, elder);
        if (keep)
            atomic_store(&self.page->looked_for, -elder);
    }
    errno = saved;
    return keep;
}

static bool is_elders(uint32_t flags)
{
    return (flags & LISTENER_HELD) && !(flags & (LISTENER_ADOPTED | LISTENER_LISTENING));
}

bool unix_path_is_predecessors(const struct sockaddr *addr, socklen_t len)
{
    char path[sizeof((struct sockaddr_un *)0)->sun_path + 1] = "";
    const size_t head = offsetof(struct sockaddr_un, sun_path);
    struct page_listener *l;

    if (!addr || len <= head || len > sizeof(struct sockaddr_un) || addr->sa_family != AF_UNIX)
        return false;
    memcpy(path, (const char *)addr + head, len - head);
    l = path_find(path);
    return l && is_elders(atomic_load(&l->flags));
}

bool unix_path_keep(const char *path)
{
    struct page_listener *l = path_find(path);
    uint32_t flags = l ? atomic_load(&l->flags) : 0;

    if (flags & LISTENER_SHARED)
        atomic_fetch_or(&l->flags, LISTENER_REMOVED);
    if ((flags & LISTENER_SHARED) || is_elders(flags) || is_successors(path) || gives_back(path))
        return true;
    if (l)
        path_forget(l);
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

bool unix_path_rename(const char *from, const char *to)
{
    struct page_listener *l = path_find(from);
    struct address a;
    int saved = errno;
    int type, fd;
    bool done = false;

    if (l && (atomic_load(&l->flags) & LISTENER_ADOPTED))
        return true; /* bound under that name before, and put in place */
    fd = path_socket(from, &type);
    if (fd >= 0 && fdtab_kind(fd) == FD_FRESH && to && address_of_path(&a, to, type) &&
        adopt_path(fd, &a)) {
        copy_mode(from, to);
        real.unlink(from);
        done = true;
    }
    errno = saved;
    return done;
}

void unix_path_renamed(const char *from, const char *to)
{
    int type, fd = path_socket(from, &type);
    struct page_listener *l = path_find(from);
    struct address a;

    if (fd < 0 || !to || !address_of_path(&a, to, type))
        return;
    if (l)
        atomic_store(&l->alias, address_key(&a, 0));
    else
        bindings_remember(fd, address_key(&a, 0));
}

/* Is it known by this name now?  One that was renamed has another. */
static bool is_named(struct page_listener *l, const struct address *a)
{
    uint64_t alias = atomic_load(&l->alias);

    return (alias ? alias : atomic_load(&l->key)) == address_key(a, 0);
}

/* One that is shared still has its name after this generation has "removed" it (unix_path_keep). */
static bool is_own(uint32_t flags)
{
    return (flags & (LISTENER_ADOPTED | LISTENER_LISTENING)) && !(flags & LISTENER_SHARED);
}

static bool is_missing(const struct address *a)
{
    const struct sockaddr_un *un = (const struct sockaddr_un *)&a->addr;
    struct stat st;

    return a->family == AF_UNIX && un->sun_path[0] && lstat(un->sun_path, &st) < 0 &&
           errno == ENOENT;
}

bool unix_path_lost(const struct address *a, int index)
{
    struct page_listener *l = &self.page->listeners[index];

    if ((self_attention() & ATTENTION_DRAINING) || !is_named(l, a) || !is_missing(a))
        return false;
    self_note("nobody can reach the UNIX listener any more, it is bound anew: ",
              ((const struct sockaddr_un *)&a->addr)->sun_path);
    path_forget(l);
    return true;
}

bool unix_path_bind_anew(const struct address *a, int index)
{
    const char *path = ((const struct sockaddr_un *)&a->addr)->sun_path;
    struct page_listener *l = &self.page->listeners[index];
    uint32_t flags = atomic_load(&l->flags);

    if (a->family != AF_UNIX || !path[0])
        return false;
    if (!is_own(flags))
        return unix_path_lost(a, index);
    /* it was not to be removed then, but is now nobody else's */
    if (flags & LISTENER_REMOVED)
        real.unlink(path);
    if (is_missing(a))
        path_forget(l);
    return true;
}
