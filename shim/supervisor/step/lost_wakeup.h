/* SPDX-License-Identifier: ISC */
/*
 * With EPOLLEXCLUSIVE (nginx) the kernel wakes one of all who wait for a listener.  If that is a
 * process that is just told to drain, or ended, the client is in the queue and nobody who still
 * accepts knows: it would wait for the next client.  So when one generation alone accepts, and
 * there is somebody in a queue of its, its processes look again (epolls_renew()).
 *
 * As long as that lasts the overlap does: a process that is about to execute something has to see
 * in the page that it may be told (entry/signal_handler.c).
 */
#ifndef GRACE_SUPERVISOR_STEP_LOST_WAKEUP_H
#define GRACE_SUPERVISOR_STEP_LOST_WAKEUP_H

#include <stdbool.h>

/* Two accept. */
void lost_wakeup_begin(void);

/* One alone accepts: is somebody in a queue still?  For so long its processes are told, less and
 * less often; after a second that is because it has much to do. */
bool lost_wakeup_awaited(void);

#endif
