/* SPDX-License-Identifier: ISC */
/* Whether the server serves, for who sends clients there; nobody is asked, so it costs nothing. */
#ifndef GRACE_SUPERVISOR_FRONT_CTL_SERVES_H
#define GRACE_SUPERVISOR_FRONT_CTL_SERVES_H

/* Why no generation accepts connections; "" if one does. */
const char *serves_not(void);

#endif
