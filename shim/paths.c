/* SPDX-License-Identifier: ISC */
#include "paths.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "bound.h"
#include "fdtab.h"
#include "listener.h"
#include "real.h"
#include "shim.h"

enum { PID_TEXT = 32, TYPES = 3 };

static const int types[TYPES] = {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM};

static struct page_listener *path_listener(const char *path, int type)
{
    struct address a;
    int index = -1;

    if (path && address_of_path(&a, path, type))
        index = page_find_listener(shim.page, address_key(&a, 0),
                                   LISTENER_HELD | LISTENER_LISTENING | LISTENER_ADOPTED);
    return index < 0 ? NULL : &shim.page->listeners[index];
}

static struct page_listener *path_find(const char *path)
{
    struct page_listener *l = NULL;

    if (!shim.on || atomic_load(&shim.page->held) == 0)
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
    for (unsigned i = 0; i < PAGE_SLOTS && i < atomic_load(&shim.page->hint); i++)
        if (atomic_load(&shim.page->slots[i].pid) == pid)
            return true;
    return false;
}

/* A pid file that a living process of another generation has written meanwhile. */
static bool is_successors_pidfile(const char *path)
{
    int saved = errno;
    pid_t pid = path && (shim_attention() & ATTENTION_DRAINING) ? read_pid(path) : 0;
    bool keep = pid > 1 && !is_own_process(pid) && (real.kill(pid, 0) == 0 || errno == EPERM);

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

static bool is_elders(uint32_t flags)
{
    return (flags & LISTENER_HELD) && !(flags & (LISTENER_ADOPTED | LISTENER_LISTENING));
}

bool paths_elders(const struct sockaddr *addr, socklen_t len)
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

bool paths_keep(const char *path)
{
    struct page_listener *l = path_find(path);
    uint32_t flags = l ? atomic_load(&l->flags) : 0;

    if (!l)
        return is_successors_pidfile(path);
    if (flags & LISTENER_SUCCEEDED)
        return true;
    if (is_elders(flags))
        return true;
    path_forget(l);
    return false;
}

/* The socket that this process has bound to the path, or -1; its type. */
static int path_socket(const char *path, int *type)
{
    struct address a;

    for (unsigned i = 0; shim.on && path && i < TYPES; i++) {
        int fd = address_of_path(&a, path, types[i]) ? bound_fd(address_key(&a, 0)) : -1;

        *type = types[i];
        if (fd >= 0)
            return fd;
    }
    return -1;
}

/* What the server made of the new file. */
static void copy_mode(const char *from, const char *to)
{
    struct stat wanted, st;

    if (lstat(from, &wanted) < 0 || lstat(to, &st) < 0)
        return;
    if (wanted.st_uid != st.st_uid || wanted.st_gid != st.st_gid)
        lchown(to, wanted.st_uid, wanted.st_gid);
    if (wanted.st_mode != st.st_mode)
        chmod(to, wanted.st_mode & 07777);
}

bool paths_rename(const char *from, const char *to)
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
        listener_adopt_path(fd, &a)) {
        copy_mode(from, to);
        real.unlink(from);
        done = true;
    }
    errno = saved;
    return done;
}

void paths_renamed(const char *from, const char *to)
{
    int type, fd = path_socket(from, &type);
    struct page_listener *l = path_find(from);
    struct address a;

    if (fd < 0 || !to || !address_of_path(&a, to, type))
        return;
    if (l)
        atomic_store(&l->alias, address_key(&a, 0));
    else
        bound_remember(fd, address_key(&a, 0));
}

/* Its unlink() of a path that the successor serves has done nothing (paths_keep). */
bool paths_bind_anew(const struct address *a, int index)
{
    const struct sockaddr_un *un = (const struct sockaddr_un *)&a->addr;
    struct page_listener *l = &shim.page->listeners[index];
    struct stat st;

    if (a->family != AF_UNIX || !un->sun_path[0] ||
        !(atomic_load(&l->flags) & (LISTENER_ADOPTED | LISTENER_LISTENING)) ||
        (atomic_load(&l->flags) & LISTENER_SUCCEEDED))
        return false;
    if (lstat(un->sun_path, &st) < 0 && errno == ENOENT)
        path_forget(l);
    return true;
}
