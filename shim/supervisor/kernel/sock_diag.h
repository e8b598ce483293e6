/* SPDX-License-Identifier: ISC */
/* The kernel's sockets from netlink, which a seccomp filter or another kernel may refuse. */
#ifndef GRACE_SUPERVISOR_KERNEL_SOCK_DIAG_H
#define GRACE_SUPERVISOR_KERNEL_SOCK_DIAG_H

#include "supervisor/kernel/socktab.h"

/* As socktab_read(). */
int sock_diag_read(const struct socktab_query *q, socktab_fn *fn, void *arg);

#endif
