/* SPDX-License-Identifier: ISC */
/* The socket by which a generation's processes speak to the supervisor. */
#ifndef GRACE_SUPERVISOR_KERNEL_CONTROL_SOCKET_H
#define GRACE_SUPERVISOR_KERNEL_CONTROL_SOCKET_H

#include <stdbool.h>

/* Makes both ends: [0] is ours, the kernel says there who has sent what. False with errno, then
 * both or none of them are there (-1). */
bool control_socket_pair(int ends[2]);

#endif
