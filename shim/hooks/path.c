/* SPDX-License-Identifier: ISC */
/* Hooks of paths: a UNIX socket's name stays as long as a generation serves on it. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "libc/export.h"
#include "libc/real.h"
#include "listener/path_guard.h"
#include "process/readable.h"
#include "process/self.h"

/* A path, or NULL for one that is none: the kernel is to say what is wrong with it. */
static const char *text(const char *path)
{
    return self.on && readable_text(path) ? path : NULL;
}

/* The same as seen from the working directory. */
static const char *from_here(int dir, const char *known)
{
    return dir == AT_FDCWD || (known && known[0] == '/') ? known : NULL;
}

EXPORT int unlink(const char *path)
{
    return path_guard_keep(text(path)) ? 0 : real.unlink(path);
}

EXPORT int unlinkat(int dir, const char *path, int flags)
{
    bool keep = flags == 0 && path_guard_keep(from_here(dir, text(path)));

    return keep ? 0 : real.unlinkat(dir, path, flags);
}

EXPORT int remove(const char *path)
{
    return path_guard_keep(text(path)) ? 0 : real.remove(path);
}

/* lighttpd empties its pid file before it removes it. */
EXPORT int truncate(const char *path, off_t size)
{
    return path_guard_keep_content(AT_FDCWD, text(path)) ? 0 : real.truncate(path, size);
}
ALIAS(truncate64, truncate);

EXPORT int ftruncate(int fd, off_t size)
{
    return path_guard_keep_content(fd, "") ? 0 : real.ftruncate(fd, size);
}
ALIAS(ftruncate64, ftruncate);

/* One rename or link by whichever call. */
struct paths {
    const char *from, *to; /* from here; NULL where it is not known */
};

static struct paths paths_of(int fromdir, const char *from, int todir, const char *to)
{
    const char *known = text(to);

    return known ? (struct paths){from_here(fromdir, text(from)), from_here(todir, known)}
                 : (struct paths){0};
}

static int named(int r, const struct paths *p)
{
    int saved = errno;

    if (r == 0)
        path_guard_named(p->from, p->to);
    errno = saved;
    return r;
}

EXPORT int rename(const char *from, const char *to)
{
    const struct paths p = paths_of(AT_FDCWD, from, AT_FDCWD, to);

    return path_guard_rename(p.from, p.to) ? 0 : named(real.rename(from, to), &p);
}

EXPORT int renameat(int fromdir, const char *from, int todir, const char *to)
{
    const struct paths p = paths_of(fromdir, from, todir, to);

    return path_guard_rename(p.from, p.to) ? 0 : named(real.renameat(fromdir, from, todir, to), &p);
}

EXPORT int renameat2(int fromdir, const char *from, int todir, const char *to, unsigned flags)
{
    const struct paths p = paths_of(fromdir, from, todir, to);
    bool done = (flags & ~RENAME_NOREPLACE) == 0 && path_guard_rename(p.from, p.to);

    return done ? 0 : named(real.renameat2(fromdir, from, todir, to, flags), &p);
}

EXPORT int link(const char *from, const char *to)
{
    const struct paths p = paths_of(AT_FDCWD, from, AT_FDCWD, to);

    return path_guard_link(p.from, p.to) ? 0 : named(real.link(from, to), &p);
}

EXPORT int linkat(int fromdir, const char *from, int todir, const char *to, int flags)
{
    const struct paths p = paths_of(fromdir, from, todir, to);
    bool done = (flags & ~AT_SYMLINK_FOLLOW) == 0 && path_guard_link(p.from, p.to);

    return done ? 0 : named(real.linkat(fromdir, from, todir, to, flags), &p);
}
