/* SPDX-License-Identifier: ISC */
/*
 * Our own entry in LD_PRELOAD: taken out by the constructor and by the supervisor, put back for
 * what belongs to the server.  In vfork children, so without malloc.
 */
#ifndef GRACE_PROTOCOL_PRELOAD_LIST_H
#define GRACE_PROTOCOL_PRELOAD_LIST_H

#include <limits.h>

#define PRELOAD_LIST "LD_PRELOAD"

/* The user's list, from the shim that becomes the supervisor; ours stands in it as a sign. */
#define PRELOAD_LIST_HANDED "GRACE_PRELOAD"
#define PRELOAD_LIST_OURS   "@"

/* In a process that has the library as its auditor, and so is the supervisor. */
#define AUDITOR_VARIABLE "GRACE_AUDITOR"

/* As long as the user's list and our path may be together; a longer list is left out. */
#define PRELOAD_LIST_MAX (2 * PATH_MAX)

/* Takes our own path out of LD_PRELOAD, in place, and remembers where it stood; what remains, or
 * NULL. */
const char *preload_list_take(const char *library);

/* From now on ours stands first. */
void preload_list_lead(void);

/* Writes the list with ours where it stood among the others (may be NULL): the library of a
 * sanitizer has to be first.  Needs room for both and 3 bytes more. Returns the end. */
char *preload_list_put(char *to, const char *others, const char *library);

#endif
