/* SPDX-License-Identifier: ISC */
/*
 * GRACE_MODE=sequential, for servers that can't run twice (a locked data directory): the old
 * generation drains and ends, then the new one starts on the kept listeners.  Clients wait in the
 * kernel's queue meanwhile.  There is no old generation to go back to: a new one that fails is
 * tried again, with growing pauses, until one serves.
 */
#ifndef GRACE_SUPERVISOR_RESTART_SEQUENTIAL_H
#define GRACE_SUPERVISOR_RESTART_SEQUENTIAL_H

#include "supervisor/restart/restart_input.h"

/* The one that serves is to end. */
restart_action sequential_begin;

/* It has: starts the next one. */
restart_action sequential_next;

restart_action sequential_ready;

/* It has failed, or took too long: pauses. */
restart_action sequential_failed;
restart_action sequential_late;

/* Somebody asks for it during the pause: that is over. */
restart_action sequential_hurry;

#endif
