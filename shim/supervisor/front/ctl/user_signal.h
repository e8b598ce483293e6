/* SPDX-License-Identifier: ISC */
/*
 * `grace signal`: a signal of the user's for the server, which the supervisor knows the process
 * for. It means what it means to the server; so the restart signal, which the shim takes for a
 * restart in each of its processes, can't be sent like this.
 */
#ifndef GRACE_SUPERVISOR_FRONT_CTL_USER_SIGNAL_H
#define GRACE_SUPERVISOR_FRONT_CTL_USER_SIGNAL_H

#include <stdbool.h>
#include <stddef.h>

/* `number` as the user socket has it. Sends it to the main process of the generation that serves.
 * text: which one that was; or, and false, why it was not sent. */
bool user_signal_send(const char *number, char *text, size_t size);

#endif
