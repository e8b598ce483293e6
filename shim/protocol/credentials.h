/* SPDX-License-Identifier: ISC */
/*
 * What a process may do, as far as the kernel hands it on to what it executes: users, groups,
 * capabilities, root directory, filters of system calls.  Who starts a new supervisor has to have
 * the rights of the first one, no more and no less.
 */
#ifndef GRACE_PROTOCOL_CREDENTIALS_H
#define GRACE_PROTOCOL_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

struct credentials {
    uint32_t uid[3], gid[3]; /* real, effective, saved */
    uint64_t root_dev, root_ino;
    uint32_t capabilities[6];
    int32_t seccomp, no_new_privs;
};

/* Of this process, to compare by memcmp(); async-signal-safe. False: the kernel does not tell. */
bool credentials_read(struct credentials *c);

#endif
