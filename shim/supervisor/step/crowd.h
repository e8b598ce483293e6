/* SPDX-License-Identifier: ISC */
#ifndef GRACE_CROWD_H
#define GRACE_CROWD_H

#include "supervisor/state/generation.h"

/* Does the kernel show a process whose listeners are in more epolls than the shim remembers? What
 * is not in its table would go on waking it when the listener is given up. */
bool crowd_is_too_large(const struct generation *g);

#endif
