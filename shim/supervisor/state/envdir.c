/* SPDX-License-Identifier: ISC */
#include "supervisor/state/envdir.h"

#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/kernel/io.h"
#include "supervisor/state/supervisor.h"

enum { LINE = 65536 };

static char why[512];

static const char *wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

static const char *wrong(const char *format, ...)
{
    int n = snprintf(why, sizeof why, "GRACE_ENVDIR=%.200s: ", supervisor.options.envdir);
    va_list list;

    va_start(list, format);
    vsnprintf(why + n, sizeof why - (size_t)n, format, list);
    va_end(list);
    return why;
}

/* They would take the server away from us, or from the service manager that we speak for. */
static bool is_ours(const char *name)
{
    return strncmp(name, "GRACE_", 6) == 0 || strcmp(name, "LD_PRELOAD") == 0 ||
           strcmp(name, "LD_AUDIT") == 0 || strcmp(name, "NOTIFY_SOCKET") == 0;
}

/* As much as there is, or fits: -1 with errno. */
static ssize_t read_all(int fd, char *text, size_t size)
{
    size_t n = 0;
    ssize_t got;

    while (n < size && (got = read(fd, text + n, size - n)) != 0) {
        if (got < 0)
            return -1;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

static const char *set(const char *name, char *text, char *end, bool empty)
{
    while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    for (char *p = text; p < end; p++)
        if (*p == '\0')
            *p = '\n';
    if ((empty ? unsetenv(name) : setenv(name, text, 1)) < 0)
        return wrong("%s: %s", name, strerror(errno));
    return NULL;
}

static const char *take_file(int fd, const char *name, bool apply)
{
    char text[LINE + 2], *end;
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
        return wrong("%s is no regular file", name);
    n = read_all(fd, text, LINE + 1);
    if (n < 0)
        return wrong("%s: %s", name, strerror(errno));
    end = memchr(text, '\n', (size_t)n);
    if (!end && n > LINE)
        return wrong("%s: its first line is longer than %d bytes", name, LINE);
    return apply ? set(name, text, end ? end : text + n, n == 0) : NULL;
}

/* We read as who we are: nobody else is to lead us to a file that he could not read himself, nor to
 * set variables of a server that is not his. */
static bool is_trusted(int dir, const char *name)
{
    struct stat st;

    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           (st.st_uid == 0 || st.st_uid == geteuid());
}

static const char *take(int dir, const char *name, bool apply)
{
    const char *error;
    int fd;

    if (strchr(name, '='))
        return wrong("'%s' can't be the name of a variable", name);
    if (is_ours(name))
        return wrong("%s can't be set there: set it where grace is started", name);
    fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return wrong("%s: %s", name, strerror(errno));
    if (!is_trusted(dir, name)) {
        close(fd);
        return wrong("%s is another user's: chown it to root, or to whom runs grace", name);
    }
    error = take_file(fd, name, apply);
    close(fd);
    return error;
}

/* Links on the way as io_open_directory() follows them. */
static DIR *open_directory(void)
{
    char last[PATH_MAX + 2];
    const char *name;
    int path, fd;

    snprintf(last, sizeof last, "%.*s/.", PATH_MAX - 1, supervisor.options.envdir);
    path = io_open_directory(last, &name);
    if (path < 0)
        return NULL;
    fd = openat(path, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    close(path);
    return fd < 0 ? NULL : fdopendir(fd);
}

/* Names that begin with a dot are for others: Kubernetes keeps its files in `..data`. */
static const char *take_all(bool apply)
{
    const char *error = NULL;
    struct dirent *entry;
    DIR *dir = open_directory();

    if (!dir)
        return wrong("%s; name a directory that can be read", io_error());
    if (!is_trusted(dirfd(dir), "."))
        error = wrong("it is another user's: chown it to root, or to whom runs grace");
    while (!error && (entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            error = take(dirfd(dir), entry->d_name, apply);
    closedir(dir);
    return error;
}

bool envdir_check(void)
{
    const char *error = supervisor.options.envdir ? take_all(false) : NULL;

    if (error)
        fprintf(stderr, "grace: %s\n", error);
    return !error;
}

const char *envdir_apply(void)
{
    return supervisor.options.envdir ? take_all(true) : NULL;
}
