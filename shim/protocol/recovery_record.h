/* SPDX-License-Identifier: ISC */
/*
 * The recovery record: what a supervisor was started with, so that another one can be started in
 * its place when it was killed.  A sealed memfd that all processes of the server hold open for
 * reading; a supervisor alone holds it open for writing, by which others see that it lives.
 */
#ifndef GRACE_PROTOCOL_RECOVERY_RECORD_H
#define GRACE_PROTOCOL_RECOVERY_RECORD_H

#include <stdint.h>

#include "protocol/credentials.h"

#define RECORD_NAME "grace-recovery"

enum {
    RECORD_VERSION = 2,
    RECORD_ID = 16,
    RECORD_KEPT = 64,   /* descriptors that were given to the first supervisor; more are lost */
    RECORD_LIMITS = 16, /* RLIM_NLIMITS */
    RECORD_MAX = 8 << 20,
};

struct record_file {
    int32_t fd;
    uint32_t reserved;
    uint64_t dev, ino;
};

struct record {
    uint32_t version;
    uint32_t size;         /* all of it */
    uint8_t id[RECORD_ID]; /* of the server: the supervisors after the first one have the same */
    struct credentials cred;
    uint64_t blocked, ignored; /* signals, by bit */
    int32_t umask, nice, policy, priority;
    uint32_t leads; /* a process group */
    uint8_t cpus[128];
    struct {
        uint64_t soft, hard;
    } limits[RECORD_LIMITS];
    uint32_t groups_n;
    uint32_t groups[64];
    uint32_t kept_n;
    struct record_file kept[RECORD_KEPT];
    uint32_t argc, envc;
    char strings[]; /* library, directory, path, argv, environ; each with its zero */
};

#endif
