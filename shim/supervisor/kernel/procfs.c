/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/procfs.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The kernel's struct linux_dirent64, which no header of libc names. */
struct entry {
    uint64_t ino;
    int64_t off;
    unsigned short reclen;
    unsigned char type;
    char name[];
};

static int read_file(pid_t pid, const char *name, char *buf, size_t size)
{
    char path[32];

    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t n = read(fd, buf, size - 1);
    int err = n < 0 ? -errno : 0;
    close(fd);
    buf[n < 0 ? 0 : n] = '\0';
    return err;
}

static int parse_stat(const char *text, struct procfs_stat *st)
{
    /* The name may contain anything, parentheses and newlines too. */
    const char *p = strrchr(text, ')');
    int n =
        p ? sscanf(p + 1,
                   " %c %d %d %d %*d %*d %u %*u %*u %*u %*u %*u %*u %*d %*d"
                   " %*d %*d %d %*d %llu",
                   &st->state, &st->ppid, &st->pgid, &st->sid, &st->flags, &st->threads, &st->start)
          : 0;
    return n == 7 ? 0 : -EPROTO;
}

bool procfs_usable(void)
{
    char link[16];
    ssize_t n = readlink("/proc/self", link, sizeof link - 1);

    link[n > 0 ? n : 0] = '\0';
    return atoi(link) == getpid();
}

/* A number is not given to others as long as a process, group or session has it. */
static int stat_by_calls(pid_t pid, struct procfs_stat *st)
{
    siginfo_t info = {.si_pid = 0};
    bool child = pid > 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0;

    *st = (struct procfs_stat){.pid = pid, .threads = 1, .state = '?'};
    st->pgid = getpgid(pid);
    st->sid = getsid(pid);
    if (pid <= 0 || st->pgid < 0 || st->sid < 0 || info.si_pid == pid)
        return -ESRCH;
    st->ppid = child ? getpid() : 0;
    st->start = (unsigned long long)st->pgid << 32 | (unsigned)st->sid;
    return 0;
}

int procfs_stat(pid_t pid, struct procfs_stat *st)
{
    char text[512];

    int err = read_file(pid, "stat", text, sizeof text);
    if (err == -ENOENT && !procfs_usable())
        return stat_by_calls(pid, st);
    if (!err)
        err = parse_stat(text, st);
    if (err)
        return err == -ENOENT ? -ESRCH : err;
    st->pid = pid;
    /* A first thread that has called pthread_exit() is shown as a zombie
     * while the others go on. */
    if (st->state == 'X' || (st->state == 'Z' && st->threads < 2))
        return -ESRCH;
    return 0;
}

/* PF_EXITING of the kernel's linux/sched.h, which no header of libc has. */
bool procfs_is_leaving(pid_t pid)
{
    enum { EXITING = 4 };
    struct procfs_stat st;
    int err = procfs_stat(pid, &st);

    return err == -ESRCH || (err == 0 && (st.flags & EXITING));
}

int procfs_real_uid(pid_t pid, uid_t *uid)
{
    char text[512];
    const char *line;

    int err = read_file(pid, "status", text, sizeof text);
    if (err)
        return err;
    line = strstr(text, "\nUid:"); /* a newline in the name is shown as \n */
    return line && sscanf(line, "\nUid: %u", uid) == 1 ? 0 : -EPROTO;
}

bool procfs_same_cgroup(pid_t pid)
{
    char ours[2048], its[2048];

    return read_file(getpid(), "cgroup", ours, sizeof ours) == 0 &&
           read_file(pid, "cgroup", its, sizeof its) == 0 && strcmp(ours, its) == 0;
}

int procfs_open(struct procfs_dir *dir, const char *path)
{
    dir->at = dir->end = 0;
    dir->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dir->fd < 0 ? -errno : 0;
}

int procfs_open_of(struct procfs_dir *dir, pid_t pid, const char *name)
{
    char path[32];

    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    return procfs_open(dir, path);
}

void procfs_close(struct procfs_dir *dir)
{
    if (dir->fd >= 0)
        close(dir->fd);
}

static const struct entry *next_entry(struct procfs_dir *dir)
{
    if (dir->at >= dir->end) {
        /* Raw, for a DIR is 32 kB of heap. */
        long n = syscall(SYS_getdents64, dir->fd, dir->buf, sizeof dir->buf);
        if (n <= 0)
            return NULL;
        dir->at = 0;
        dir->end = (unsigned)n;
    }
    const struct entry *e = (const void *)(dir->buf + dir->at);
    dir->at += e->reclen;
    return e;
}

int procfs_next(struct procfs_dir *dir)
{
    const struct entry *e;

    while ((e = next_entry(dir)))
        if (e->name[0] >= '0' && e->name[0] <= '9')
            return atoi(e->name);
    return -1;
}

/* The inode of what is behind an entry of an fd directory, 0 when it isn't a socket or has just
 * been closed. */
static int find_inode(int dirfd, struct procfs_socket *s)
{
    char name[16], link[64];

    s->inode = 0;
    snprintf(name, sizeof name, "%d", s->fd);
    ssize_t n = readlinkat(dirfd, name, link, sizeof link - 1);
    if (n < 0)
        return errno == EACCES || errno == EPERM ? -errno : 0;
    link[n] = '\0';
    if (strncmp(link, "socket:[", 8) == 0)
        s->inode = strtoul(link + 8, NULL, 10);
    return 0;
}

/* Number of open fds seen, or -errno. */
static int walk_fds(pid_t pid, const char *name, procfs_socket_fn *found, void *arg)
{
    struct procfs_socket s = {.pid = pid};
    struct procfs_dir dir;
    int seen = 0;

    int err = procfs_open_of(&dir, pid, name);
    while (!err && (s.fd = procfs_next(&dir)) >= 0) {
        seen++;
        err = find_inode(dir.fd, &s);
        if (s.inode && !found(arg, &s))
            break;
    }
    procfs_close(&dir);
    return err ? err : seen;
}

/* When the first thread has ended, /proc/PID/fd is empty; the other threads
 * still show what the process has open. */
static int walk_threads(pid_t pid, procfs_socket_fn *found, void *arg)
{
    struct procfs_dir dir;
    char name[32];
    int tid, seen = 0;

    int err = procfs_open_of(&dir, pid, "task");
    while (seen == 0 && (tid = procfs_next(&dir)) >= 0) {
        snprintf(name, sizeof name, "task/%d/fd", tid);
        seen = walk_fds(pid, name, found, arg);
        if (seen == -ENOENT || seen == -ESRCH)
            seen = 0;
    }
    procfs_close(&dir);
    return err ? err : seen;
}

int procfs_sockets(pid_t pid, procfs_socket_fn *found, void *arg)
{
    struct procfs_stat st;

    int seen = walk_fds(pid, "fd", found, arg);
    if (seen == 0 && procfs_stat(pid, &st) == 0 && st.state == 'Z')
        seen = walk_threads(pid, found, arg);
    if (seen == -ENOENT)
        return -ESRCH;
    return seen < 0 ? seen : 0;
}

bool procfs_is_socket(pid_t pid, int fd, unsigned long inode)
{
    struct procfs_socket s = {.fd = fd};
    char path[32];
    int dir;

    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return false;
    find_inode(dir, &s);
    close(dir);
    return s.inode == inode;
}

static bool is_other(void *arg, const struct procfs_socket *s)
{
    struct procfs_socket *wanted = arg;

    if (s->inode == wanted->inode)
        wanted->fd = s->fd;
    return s->inode != wanted->inode;
}

int procfs_socket_fd(pid_t pid, unsigned long inode)
{
    struct procfs_socket wanted = {.fd = -1, .inode = inode};

    procfs_sockets(pid, is_other, &wanted);
    return wanted.fd;
}
