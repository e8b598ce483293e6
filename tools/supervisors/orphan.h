/* SPDX-License-Identifier: ISC */
/*
 * Servers whose supervisor was killed: their processes hold a recovery record, and nobody has it
 * open for writing, as a supervisor does.
 */
#ifndef ORPHAN_H
#define ORPHAN_H

#include <sys/types.h>

/* The oldest process of one of them that we may look into, 0 if there is none. */
pid_t orphan_find(void);

/* Says what helps, if there is one. */
void orphan_hint(void);

#endif
