/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/socktab.h"

#include "supervisor/kernel/proc_net.h"
#include "supervisor/kernel/sock_diag.h"

int socktab_read(const struct socktab_query *q, socktab_fn *fn, void *arg)
{
    return sock_diag_read(q, fn, arg) == 0 ? 0 : proc_net_read(q, fn, arg);
}
