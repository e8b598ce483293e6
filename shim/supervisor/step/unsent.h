/* SPDX-License-Identifier: ISC */
/*
 * Processes of the server say in their page that they could not do something for the restarts to
 * come: send a listener, or remember all epolls that it is in. That is a reason to look, not one to
 * refuse: what the kernel shows decides, each time anew.
 */
#ifndef GRACE_SUPERVISOR_STEP_UNSENT_H
#define GRACE_SUPERVISOR_STEP_UNSENT_H

#include "supervisor/generation/generation.h"

/* It has been said: reports it, once a generation. */
void unsent_note(struct generation *g);

/* Fetches the listeners that were not sent. NULL, or why the server can't be restarted now. */
const char *unsent_refusal(struct generation *g);

#endif
