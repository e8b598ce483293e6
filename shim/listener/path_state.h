/* SPDX-License-Identifier: ISC */
/*
 * What the page says of the UNIX listener with this path, and whether the path still leads to it.
 */
#ifndef GRACE_LISTENER_PATH_STATE_H
#define GRACE_LISTENER_PATH_STATE_H

#include <stdbool.h>

#include "protocol/address.h"
#include "protocol/page.h"

enum { PATH_STATE_TYPES = 3 };

/* Of the sockets that a path may lead to. */
extern const int path_state_types[PATH_STATE_TYPES];

/* NULL: there is none. */
struct page_listener *path_state_find(const char *path);

/* Does only the generation before this one serve it? Of NULL: no. */
bool path_state_is_predecessors(const struct page_listener *l);

/* Is it this that its clients know?  A socket that was put in place has had another name before,
 * whose removal after link() leaves it as it is. */
bool path_state_is_named(struct page_listener *l, const char *path);

/* Gone for good: a later bind must make a new one. */
void path_state_forget(struct page_listener *l);

/* Shall a bind to the address of this listener go to the kernel?  This generation has bound that
 * name before: it is still there, which is EADDRINUSE, or its removal went unseen.  Or it is
 * lost. */
bool path_state_bind_anew(const struct address *a, int index);

/* Is its path in a directory that only one user may enter?  Asked here: a file system may belong to
 * a user and not answer, and the supervisor waits for nobody. */
bool path_state_is_private(const struct address *a);

/* Is the name gone, so that no client finds the socket that is held?  It is not asked for again. */
bool path_state_lost(const struct address *a, int index);

#endif
