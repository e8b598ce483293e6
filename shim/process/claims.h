/* SPDX-License-Identifier: ISC */
/*
 * The pid files of this process, as far as they are locked or were created exclusively: those that
 * the kernel has given it, and those that it was told to have while a process of an older
 * generation has them in truth.  A small table, written by whoever locks, read in the handler.
 */
#ifndef GRACE_PROCESS_CLAIMS_H
#define GRACE_PROCESS_CLAIMS_H

#include <sys/stat.h>
#include <sys/types.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { CLAIMS = 8 };

/* How it was asked for: an open file's by flock(), a process's by fcntl(F_SETLK) and lockf(), an
 * open file's by fcntl(F_OFD_SETLK); or not at all, for the file was created. */
enum claim_kind { CLAIM_FLOCK, CLAIM_RECORD, CLAIM_OFD, CLAIM_CREATED };

struct claim {
    _Atomic uint64_t file; /* 0: the entry is free */
    enum claim_kind kind;
    int fd;
    int operation;      /* of flock() */
    struct flock range; /* of the others, from the beginning of the file */
    char path[256];     /* of one that was created, for it is closed then; or empty */
    pid_t said;         /* whom the file named when this process was told that it has it */
    _Atomic bool owed;  /* the kernel has not given it yet */
    _Atomic bool held;  /* it has */
};

extern struct claim claims[CLAIMS];
extern _Atomic uint32_t claims_owed; /* so many */

/* Of which file; never 0. */
uint64_t claims_file(const struct stat *st);

/* Of the one that is open here; 0: it is nothing that a pid could stand in. */
uint64_t claims_file_of(int fd);

/* NULL: there is none. */
struct claim *claims_find(uint64_t file);

/* Enters it, in place of an older one of that file; where there is no room, of any that owes
 * nothing. */
void claims_put(uint64_t file, const struct claim *c);
void claims_drop(struct claim *c);

/* Nothing is owed any more: the kernel has given it, or nobody wants it. */
void claims_settle(struct claim *c, bool held);

/* In the child of a fork: locks of the process were its parent's. */
void claims_forked(void);

#endif
