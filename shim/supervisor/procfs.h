/* SPDX-License-Identifier: ISC */
#ifndef GRACE_PROCFS_H
#define GRACE_PROCFS_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * /proc, read without allocating: a supervisor that watches for months must
 * not grow because a server once had 5,000 processes.
 */

/* What /proc/PID/stat says.  start is in clock ticks after boot; with the pid
 * it names a process for good. */
struct procfs_stat {
    pid_t pid, ppid, pgid, sid;
    char state;
    unsigned long long start;
};

/* 0, or -errno: -ESRCH when the process is gone or dead (zombie).  A process
 * whose first thread alone has ended is not dead. */
int procfs_stat(pid_t pid, struct procfs_stat *st);

/* The user that sockets see as the sender. stat() of /proc/PID would tell root for a process that
 * has given up root. 0, or -errno. */
int procfs_real_uid(pid_t pid, uid_t *uid);

/* The entries of a directory that are numbers: pids, threads, fds. */
struct procfs_dir {
    int fd;
    unsigned at, end;
    _Alignas(8) char buf[4096];
};
int procfs_open(struct procfs_dir *dir, const char *path);
int procfs_next(struct procfs_dir *dir); /* -1 at the end */
void procfs_close(struct procfs_dir *dir);

/* Calls found() with the inode of each socket that pid has open, until it
 * returns false.  0, or -errno: -EACCES or -EPERM when the kernel doesn't let
 * us look (another user's process, without CAP_SYS_PTRACE). */
int procfs_sockets(pid_t pid, bool (*found)(void *arg, unsigned long inode), void *arg);

/* The number that the socket with this inode has in pid, or -1. */
int procfs_socket_fd(pid_t pid, unsigned long inode);

#endif
