/* SPDX-License-Identifier: ISC */
#ifndef GRACE_SUPERVISOR_KERNEL_PROCFS_H
#define GRACE_SUPERVISOR_KERNEL_PROCFS_H

#include <sys/types.h>
#include <stdbool.h>

/* /proc, read without allocating: a supervisor that watches for months must not grow because a
 * server once had 5,000 processes. */

/* What /proc/PID/stat says.  start is in clock ticks after boot; with the pid
 * it names a process for good. */
struct procfs_stat {
    pid_t pid, ppid, pgid, sid;
    int threads;
    char state;     /* '?' where /proc is missing */
    unsigned flags; /* of the kernel's task */
    unsigned long long start;
};

/* Is it mounted, and the one of our own PID namespace?  Where it is not, procfs_stat() tells what
 * system calls do: the parent if it is us, and instead of a start something else that no other
 * process with this pid has as long as its group lives. */
bool procfs_usable(void);

/* 0, or -errno: -ESRCH when the process is gone or dead (zombie).  A process
 * whose first thread alone has ended is not dead. */
int procfs_stat(pid_t pid, struct procfs_stat *st);

/* It is about to be gone: its descriptors are, its children are still below it. */
bool procfs_is_leaving(pid_t pid);

/* The user that sockets see as the sender. stat() of /proc/PID would tell root for a process that
 * has given up root. 0, or -errno. */
int procfs_real_uid(pid_t pid, uid_t *uid);

/* The entries of a directory, or of /proc/PID/NAME, that are numbers: pids, threads, fds.  One that
 * could not be opened has none. */
struct procfs_dir {
    int fd;
    unsigned at, end;
    _Alignas(8) char buf[4096];
};
int procfs_open(struct procfs_dir *dir, const char *path);
int procfs_open_of(struct procfs_dir *dir, pid_t pid, const char *name);
int procfs_next(struct procfs_dir *dir); /* -1 at the end */
void procfs_close(struct procfs_dir *dir);

/* In procfs_look.c, as procfs_has_open(): calls found() with each child that its threads have made.
 * One that is missed, because a sibling went or its parent died meanwhile, is found by the next
 * look. 0, or -errno: -ENOSYS from a kernel without CONFIG_PROC_CHILDREN. */
int procfs_children(const struct procfs_stat *parent, void (*found)(void *arg, pid_t child),
                    void *arg);

/* Has pid this file open?  No file system is asked, for one may never answer.  1, 0 or -errno. */
int procfs_has_open(pid_t pid, dev_t dev, ino_t ino);

/* The same, and it is open at a number that found() accepts. */
typedef bool procfs_file_fn(void *arg, pid_t pid, int fd);
int procfs_file(pid_t pid, dev_t dev, ino_t ino, procfs_file_fn *found, void *arg);

/* Are pid and we in the same control group? */
bool procfs_same_cgroup(pid_t pid);

/* Calls found() with each socket that pid has open, until it returns false.  0, or -errno: -EACCES
 * or -EPERM when the kernel doesn't let us look (another's process, without CAP_SYS_PTRACE). */
struct procfs_socket {
    pid_t pid;
    int fd;
    unsigned long inode;
};
typedef bool procfs_socket_fn(void *arg, const struct procfs_socket *s);
int procfs_sockets(pid_t pid, procfs_socket_fn *found, void *arg);

/* Is it at this number of pid? */
bool procfs_is_socket(pid_t pid, int fd, unsigned long inode);

/* The number that the socket with this inode has in pid, or -1. */
int procfs_socket_fd(pid_t pid, unsigned long inode);

#endif
