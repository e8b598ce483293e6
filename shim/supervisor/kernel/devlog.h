/* SPDX-License-Identifier: ISC */
/* syslog(3) waits for a syslogd that does not read; this does not. */
#ifndef GRACE_SUPERVISOR_KERNEL_DEVLOG_H
#define GRACE_SUPERVISOR_KERNEL_DEVLOG_H

#include <stdbool.h>

/* One line to /dev/log, as daemon "grace". False: nobody took it. */
bool devlog_send(int priority, const char *text);

#endif
