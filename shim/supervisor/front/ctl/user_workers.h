/* SPDX-License-Identifier: ISC */
/* `grace workers`: how many copies of the server are to serve, by the user's word. */
#ifndef GRACE_SUPERVISOR_FRONT_CTL_USER_WORKERS_H
#define GRACE_SUPERVISOR_FRONT_CTL_USER_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

/* "4", or "+1" and "-1": from now on; EVENT_SCALED says when. False: it can't be, for the reason in
 * text. */
bool user_workers_want(const char *number, char *text, size_t size);

#endif
