/* SPDX-License-Identifier: ISC */
/* An environment without getenv(): in vfork children, and before any constructor. */
#ifndef GRACE_PROTOCOL_ENVIRON_H
#define GRACE_PROTOCOL_ENVIRON_H

/* What follows "name=" in this entry, or NULL. */
const char *environ_value(const char *entry, const char *name);

/* The value in envp, or NULL. The last one: of several LD_PRELOADs the loader takes that. */
const char *environ_find(char *const envp[], const char *name);

/* Takes a variable out of environ; returns its value or NULL. */
const char *environ_take(const char *name);

#endif
