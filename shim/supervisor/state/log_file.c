/* SPDX-License-Identifier: ISC */
#include "supervisor/state/log_file.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/kernel/io.h"

enum { APPEND = O_WRONLY | O_APPEND };

static const char *path;
static int fd = -1;
static struct stat opened; /* of fd */

static int keep(int file)
{
    if (file >= 0 && fstat(file, &opened) == 0)
        fd = file;
    return file;
}

int log_file_open(const char *where)
{
    path = where;
    return keep(io_open(AT_FDCWD, where, APPEND | O_CREAT, true));
}

/* A device has no successor. */
static bool is_there(void)
{
    struct stat st;

    return !S_ISREG(opened.st_mode) ||
           (lstat(path, &st) == 0 && st.st_ino == opened.st_ino && st.st_dev == opened.st_dev);
}

/* As readable as the one before, whatever the umask. */
static int create(int dir, const char *name)
{
    int file = io_open(dir, name, APPEND | O_CREAT | O_EXCL, false);
    struct stat before;

    if (file >= 0 && fstat(fd, &before) == 0)
        fchmod(file, before.st_mode & 07777);
    return file;
}

/* By now the directory may be one in which others choose what is there: no link of theirs leads us
 * to a file that they could not write. */
static int open_anew(void)
{
    const char *name;
    int dir = io_open_directory(path, &name);
    int file = dir < 0 ? -1 : io_open(dir, name, APPEND, false);
    struct stat st;

    if (file < 0 && dir >= 0 && errno == ENOENT)
        file = create(dir, name);
    if (dir >= 0)
        close(dir);
    if (file < 0 || (fstat(file, &st) == 0 && st.st_nlink <= 1))
        return file;
    close(file);
    errno = EMLINK;
    return -1;
}

int log_file_follow(const char **why)
{
    static char said[128];
    int file;

    *why = NULL;
    if (is_there())
        return fd;
    file = open_anew();
    if (file >= 0) {
        close(fd);
        said[0] = '\0';
        return keep(file);
    }
    if (strcmp(said, io_error()) != 0) {
        snprintf(said, sizeof said, "%s", io_error());
        *why = said;
    }
    return fd;
}
