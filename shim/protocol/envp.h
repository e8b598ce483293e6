/* SPDX-License-Identifier: ISC */
/* Variables without getenv(): in vfork children, and before any constructor. */
#ifndef GRACE_PROTOCOL_ENVP_H
#define GRACE_PROTOCOL_ENVP_H

/* What follows "name=" in this entry, or NULL. */
const char *envp_value(const char *entry, const char *name);

/* The value in envp, or NULL. The last one: of several LD_PRELOADs the loader takes that. */
const char *envp_find(char *const envp[], const char *name);

/* Takes a variable out of environ; returns its value or NULL. */
const char *envp_take(const char *name);

#endif
