/* SPDX-License-Identifier: ISC */
/* Hooks of open(): for pid files that are created exclusively, or emptied. What serves files with
 * it pays for a look at the flags. */
#undef _FORTIFY_SOURCE /* its open() is an inline function, and can have no second name */
#include <fcntl.h>
#include <stdarg.h>

#include "libc/export.h"
#include "libc/real.h"
#include "listener/pid_create.h"
#include "process/readable.h"

EXPORT UNGUARDED int open(const char *path, int flags, ...)
{
    va_list list;
    mode_t mode;

    va_start(list, flags);
    mode = va_arg(list, mode_t);
    va_end(list);
    return pid_create_watches(flags) ? pid_create_open(path, flags, mode)
                                     : real.open(path, flags, mode);
}

ALIAS(open64, open);

/* Paths relative to a directory that is given by number are not looked at. */
EXPORT UNGUARDED int openat(int dir, const char *path, int flags, ...)
{
    va_list list;
    mode_t mode;

    va_start(list, flags);
    mode = va_arg(list, mode_t);
    va_end(list);
    if (pid_create_watches(flags) && (dir == AT_FDCWD || (readable_text(path) && path[0] == '/')))
        return pid_create_open(path, flags, mode);
    return real.openat(dir, path, flags, mode);
}

ALIAS(openat64, openat);
