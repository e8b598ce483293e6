/* SPDX-License-Identifier: ISC */
/*
 * Who has a file locked, by flock(), lockf() or fcntl().  /proc/PID/fdinfo says so of each
 * descriptor.  /proc/locks has those of the whole machine: without the ones that a parent took
 * which has ended since, as daemons do, where we are in a PID namespace; and it names a file by a
 * device that stat() does not know, on btrfs and overlays.
 */
#ifndef GRACE_SUPERVISOR_KERNEL_LOCKS_H
#define GRACE_SUPERVISOR_KERNEL_LOCKS_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

/* Has pid a lock on this file, or, of one that is a lock by being there (exclusive), the file open?
 * Then path is where the file lies, as that process reaches it. No file system is asked.  1, 0 or
 * -errno: -EACCES, we may not look into it. */
int locks_held(pid_t pid, dev_t dev, ino_t ino, bool exclusive, char *path, size_t size);

/* Who has made this segment of SysV shared memory, to which somebody is attached; 0: nobody, or it
 * is not in our IPC namespace. */
pid_t locks_segment(int id);

/* Does this text of a fdinfo, or its beginning, name one? */
bool locks_named(const char *text);

#endif
