/* SPDX-License-Identifier: ISC */
#include "supervisor/state/own_pid_file.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/decimal.h"
#include "supervisor/kernel/io.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

enum { ATTEMPTS = 100 }; /* others may be starting, too */

static int held = -1; /* locked by us, and so by who goes on in the background */

/* False: it has been replaced or removed since it was opened. */
static bool is_there(int dir, const char *name, int fd)
{
    struct stat st, there;

    return fstat(fd, &st) == 0 && fstatat(dir, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           st.st_ino == there.st_ino && st.st_dev == there.st_dev;
}

static bool write_pid(int fd)
{
    char text[16];
    int n = snprintf(text, sizeof text, "%d\n", (int)getpid());

    return flock(fd, LOCK_EX | LOCK_NB) == 0 && write(fd, text, (size_t)n) == n;
}

/* Makes it beside, and puts it there as a whole: nobody finds it empty, or unlocked. Over that
 * which we hold, else only where nothing is: another one may have come before us. */
static bool put(int dir, const char *name)
{
    char beside[NAME_MAX + 1];
    int fd;

    snprintf(beside, sizeof beside, ".%.200s.%d", name, (int)getpid());
    unlinkat(dir, beside, 0); /* of a former process with this pid */
    fd = io_open(dir, beside, O_WRONLY | O_CREAT | O_EXCL, false);
    if (fd < 0)
        return false;
    if (write_pid(fd) && renameat2(dir, beside, dir, name, held < 0 ? RENAME_NOREPLACE : 0) == 0) {
        if (held >= 0)
            close(held);
        held = fd;
        return true;
    }
    unlinkat(dir, beside, 0);
    close(fd);
    return false;
}

static const char *locked_by(int fd)
{
    static char text[96];
    char digits[16];
    ssize_t n = pread(fd, digits, sizeof digits, 0);

    snprintf(text, sizeof text,
             "process %d has it locked: the server runs already, stop that or name another file",
             n > 0 ? decimal_pid(digits, (size_t)n) : 0);
    errno = EWOULDBLOCK;
    return text;
}

/* True: what is there is nobody's, and nobody else gets it; or there is nothing. */
static bool take(int dir, const char *name, const char **why)
{
    int fd = io_open(dir, name, O_RDWR, false);

    if (fd < 0) {
        *why = io_error();
        return errno == ENOENT;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        *why = errno == EWOULDBLOCK ? locked_by(fd) : strerror(errno);
        close(fd);
        return false;
    }
    if (is_there(dir, name, fd))
        held = fd;
    else
        close(fd);
    return true;
}

static bool create(int dir, const char *name, const char **why)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        if (!take(dir, name, why))
            return false;
        if (put(dir, name))
            return true;
        *why = io_error();
        if (errno != EEXIST)
            return false;
    }
    return false;
}

bool own_pid_file_create(const char **why)
{
    const char *path = supervisor.options.own_pidfile, *name;
    int dir = path ? io_open_directory(path, &name) : -1;
    bool created;

    if (dir < 0) {
        *why = io_error();
        return !path;
    }
    created = create(dir, name, why);
    close(dir);
    return created;
}

void own_pid_file_update(void)
{
    const char *path = supervisor.options.own_pidfile, *name;
    int dir;

    if (held < 0)
        return;
    dir = io_open_directory(path, &name);
    if (dir < 0 || !put(dir, name))
        log_line(LEVEL_ERROR, "pid file %s names a process that is gone: %s", path, io_error());
    if (dir >= 0)
        close(dir);
}

void own_pid_file_remove(void)
{
    const char *name;
    int dir = held < 0 ? -1 : io_open_directory(supervisor.options.own_pidfile, &name);

    if (dir < 0)
        return;
    if (is_there(dir, name, held))
        unlinkat(dir, name, 0);
    close(held);
    close(dir);
    held = -1;
}
