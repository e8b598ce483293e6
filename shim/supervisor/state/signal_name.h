/* SPDX-License-Identifier: ISC */
/* Signals as users write and read them. */
#ifndef GRACE_SUPERVISOR_STATE_SIGNAL_NAME_H
#define GRACE_SUPERVISOR_STATE_SIGNAL_NAME_H

#include <stdbool.h>

/* "HUP" for SIGHUP; numbers above the named ones as digits. */
const char *signal_name(int sig);

/* "HUP", "sighup" or "1". False: it is none. */
bool signal_parse(const char *text, int *sig);

#endif
