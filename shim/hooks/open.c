/* SPDX-License-Identifier: ISC */
/* Hooks of open(): for pid files that are created exclusively, or emptied. What serves files with
 * it pays for a look at the flags. */
#undef _FORTIFY_SOURCE /* its open() is an inline function, and can have no second name */
#include <fcntl.h>

#include "libc/export.h"
#include "libc/real.h"
#include "listener/pid_create.h"
#include "process/readable.h"

EXPORT int open_named(const char *path, int flags, mode_t mode) NAMED(open);

int open_named(const char *path, int flags, mode_t mode)
{
    return pid_create_watches(flags) ? pid_create_open(path, flags, mode)
                                     : real.open(path, flags, mode);
}

ALIAS(open64, open);

EXPORT int openat_named(int dir, const char *path, int flags, mode_t mode) NAMED(openat);

/* Paths relative to a directory that is given by number are not looked at. */
int openat_named(int dir, const char *path, int flags, mode_t mode)
{
    if (pid_create_watches(flags) && (dir == AT_FDCWD || (readable_text(path) && path[0] == '/')))
        return pid_create_open(path, flags, mode);
    return real.openat(dir, path, flags, mode);
}

ALIAS(openat64, openat);
