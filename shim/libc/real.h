/* SPDX-License-Identifier: ISC */
/*
 * The real functions behind the interposed ones: `real.close(fd)`.
 *
 * Usable at any moment, also before any constructor (a malloc replacement calls syscall() while
 * the program is still being linked): each pointer starts at a stub that resolves the whole
 * table with dlsym() and goes on.  dlsym() of an existing name neither allocates nor calls
 * anything of the table.  A name the running libc lacks gives ENOSYS.
 */
#ifndef GRACE_LIBC_REAL_H
#define GRACE_LIBC_REAL_H

#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <time.h>

#include "libc/export.h"

struct real {
#define CALL(result, name, parameters, arguments) result(*name) parameters;
#include "libc/calls.h"
#undef CALL
};

extern struct real real HIDDEN;

/* Resolves all pointers; idempotent. Called by the constructor and by the first early call. */
void real_resolve(void);

#endif
