/* SPDX-License-Identifier: ISC */
/* Hooks of paths: a UNIX socket's name stays as long as a generation serves on it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "libc/export.h"
#include "libc/real.h"
#include "listener/path_guard.h"

static const char *from_here(int dir, const char *path)
{
    return dir == AT_FDCWD || (path && path[0] == '/') ? path : NULL;
}

EXPORT int unlink(const char *path)
{
    return path_guard_keep(path) ? 0 : real.unlink(path);
}

EXPORT int unlinkat(int dir, const char *path, int flags)
{
    return path_guard_keep(from_here(dir, path)) ? 0 : real.unlinkat(dir, path, flags);
}

EXPORT int remove(const char *path)
{
    return path_guard_keep(path) ? 0 : real.remove(path);
}

static int renamed(int r, const char *from, const char *to)
{
    int saved = errno;

    if (r == 0)
        path_guard_renamed(from, to);
    errno = saved;
    return r;
}

EXPORT int rename(const char *from, const char *to)
{
    return path_guard_rename(from, to) ? 0 : renamed(real.rename(from, to), from, to);
}

EXPORT int renameat(int fromdir, const char *from, int todir, const char *to)
{
    const char *here = from_here(fromdir, from), *there = from_here(todir, to);

    return path_guard_rename(here, there)
               ? 0
               : renamed(real.renameat(fromdir, from, todir, to), here, there);
}

EXPORT int renameat2(int fromdir, const char *from, int todir, const char *to, unsigned flags)
{
    const char *here = from_here(fromdir, from), *there = from_here(todir, to);

    return path_guard_rename(here, there)
               ? 0
               : renamed(real.renameat2(fromdir, from, todir, to, flags), here, there);
}
