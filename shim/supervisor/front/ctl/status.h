/* SPDX-License-Identifier: ISC */
/* The state of everything as one line of JSON; the names are stable, additions are allowed.  ctl
 * sends it to who asks at the user socket, as tools/cmd_status.c does. */
#ifndef GRACE_SUPERVISOR_FRONT_CTL_STATUS_H
#define GRACE_SUPERVISOR_FRONT_CTL_STATUS_H

/* Free the result; NULL when memory is short. */
char *status_json(void);

#endif
