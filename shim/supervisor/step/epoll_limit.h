/* SPDX-License-Identifier: ISC */
#ifndef GRACE_SUPERVISOR_STEP_EPOLL_LIMIT_H
#define GRACE_SUPERVISOR_STEP_EPOLL_LIMIT_H

#include "supervisor/generation/generation.h"

/* Does the kernel show a process whose listeners are in more epolls than the shim remembers? What
 * is not in its table would go on waking it when the listener is given up. */
bool epoll_limit_exceeded(const struct generation *g);

#endif
