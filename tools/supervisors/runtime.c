/* SPDX-License-Identifier: ISC */
#include "supervisors/runtime.h"

#include <sys/stat.h>

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "command_line/exit_codes.h"
#include "protocol/user_socket.h"

const char *runtime_path(void)
{
    static char path[PATH_MAX];

    user_socket_directory(path, sizeof(path), getenv("GRACE_RUNTIME_DIR"));
    return path;
}

/* In /tmp anybody can take the name first, and would then hear our requests and answer them. */
static void directory_check(int fd, const char *path)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        err(EXIT_FAILED, "%s", path);
    if (geteuid() != 0 && st.st_uid != geteuid())
        errx(EXIT_FAILED,
             "%s belongs to uid %u, not to you: set GRACE_RUNTIME_DIR to a directory "
             "of yours",
             path, (unsigned)st.st_uid);
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        errx(EXIT_FAILED, "%s is writable by others (mode %04o): chmod it to 0700", path,
             (unsigned)st.st_mode & 07777);
}

int runtime_directory(void)
{
    static int fd = -1;
    const char *path = runtime_path();

    if (fd != -1)
        return fd;
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd == -1 && errno != ENOENT)
        err(EXIT_FAILED, "can't look for supervisors in %s", path);
    if (fd != -1)
        directory_check(fd, path);
    return fd;
}

static int by_number(const void *a, const void *b)
{
    pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

    return (x > y) - (x < y);
}

size_t runtime_list(pid_t **pids)
{
    int fd = runtime_directory();
    struct dirent *entry;
    size_t n = 0;
    DIR *dir;

    *pids = NULL;
    if (fd == -1)
        return 0;
    dir = fdopendir(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (dir == NULL)
        err(EXIT_FAILED, "can't read %s", runtime_path());
    while ((entry = readdir(dir)) != NULL) {
        pid_t pid = user_socket_pid(entry->d_name);
        if (pid == 0)
            continue;
        *pids = reallocarray(*pids, n + 1, sizeof(**pids));
        if (*pids == NULL)
            err(EXIT_FAILED, "can't list %s", runtime_path());
        (*pids)[n++] = pid;
    }
    closedir(dir);
    if (n > 0)
        qsort(*pids, n, sizeof(**pids), by_number);
    return n;
}
