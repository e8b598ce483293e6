/* SPDX-License-Identifier: ISC */
/* What /proc tells of a process beyond its stat: its children and its files. */
#include "supervisor/kernel/procfs.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* Gone is no error, but a file that even we have not. */
static int missing(int err)
{
    char path[64];

    if (err != -ENOENT && err != -ESRCH)
        return err;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", getpid(), getpid());
    return access(path, F_OK) < 0 ? -ENOSYS : 0;
}

/* The kernel writes "1 23 456 "; a read may end within a number. */
static int thread_children(pid_t pid, pid_t tid, void (*found)(void *, pid_t), void *arg)
{
    char path[64], buf[1024];
    pid_t child = 0;
    ssize_t n;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, tid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return missing(-errno);
    while ((n = read(fd, buf, sizeof buf)) > 0)
        for (ssize_t i = 0; i < n; i++)
            if (buf[i] >= '0' && buf[i] <= '9') {
                child = child * 10 + (buf[i] - '0');
            } else if (child > 0) {
                found(arg, child);
                child = 0;
            }
    close(fd);
    return 0;
}

int procfs_children(const struct procfs_stat *parent, void (*found)(void *, pid_t), void *arg)
{
    struct procfs_dir dir;
    int tid, err;

    if (parent->threads < 2)
        return thread_children(parent->pid, parent->pid, found, arg);
    err = missing(procfs_open_of(&dir, parent->pid, "task"));
    while (!err && (tid = procfs_next(&dir)) > 0)
        err = thread_children(parent->pid, tid, found, arg);
    procfs_close(&dir);
    return err;
}

/* stat() asks the file system, and that of a process (FUSE, NFS) may not answer. */
static bool is_file(int dirfd, int fd, dev_t dev, ino_t ino)
{
    struct statx st;
    char name[16];

    snprintf(name, sizeof name, "%d", fd);
    return statx(dirfd, name, AT_STATX_DONT_SYNC, STATX_INO, &st) == 0 && st.stx_ino == ino &&
           makedev(st.stx_dev_major, st.stx_dev_minor) == dev;
}

int procfs_file(pid_t pid, dev_t dev, ino_t ino, procfs_file_fn *found, void *arg)
{
    struct procfs_dir dir;
    bool has = false;
    int fd;

    int err = procfs_open_of(&dir, pid, "fd");
    while (!has && (fd = procfs_next(&dir)) >= 0)
        has = is_file(dir.fd, fd, dev, ino) && found(arg, pid, fd);
    procfs_close(&dir);
    return err ? err : has;
}

static bool any(void *arg, pid_t pid, int fd)
{
    (void)arg, (void)pid, (void)fd;
    return true;
}

int procfs_has_open(pid_t pid, dev_t dev, ino_t ino)
{
    return procfs_file(pid, dev, ino, any, NULL);
}
