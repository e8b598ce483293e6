/* SPDX-License-Identifier: ISC */
/* Private variables between the shim that becomes the supervisor and the supervisor. */
#ifndef GRACE_SUPERVISOR_STATE_VARIABLES_H
#define GRACE_SUPERVISOR_STATE_VARIABLES_H

/* The user's LD_PRELOAD, for the server; ours stands in it as a placeholder. */
#define VARIABLE_PRELOAD "GRACE_PRELOAD"
#define PRELOAD_OURS     "@"

#endif
