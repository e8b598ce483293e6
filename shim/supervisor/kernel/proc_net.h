/* SPDX-License-Identifier: ISC */
/* The kernel's sockets from /proc/net: without cookies, peers of UNIX sockets and backlogs. */
#ifndef GRACE_SUPERVISOR_KERNEL_PROC_NET_H
#define GRACE_SUPERVISOR_KERNEL_PROC_NET_H

#include "supervisor/kernel/socktab.h"

/* As socktab_read(). /proc/net/unix has '@' where a name has a zero byte. */
int proc_net_read(const struct socktab_query *q, socktab_fn *fn, void *arg);

#endif
