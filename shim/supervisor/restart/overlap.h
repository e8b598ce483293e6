/* SPDX-License-Identifier: ISC */
/*
 * GRACE_MODE=overlap, the rule: the next generation becomes ready beside the one that serves. If it
 * does not, it is rolled back and that one has noticed nothing; with GRACE_PROBATION there is a way
 * back for a while even when it has.
 */
#ifndef GRACE_SUPERVISOR_RESTART_OVERLAP_H
#define GRACE_SUPERVISOR_RESTART_OVERLAP_H

#include "supervisor/restart/restart_input.h"

/* Starts the next generation. */
restart_action overlap_begin;

/* It serves, the one before drains or, in a probation, is kept. */
restart_action overlap_ready;

/* It has failed, or took too long: rolled back. The same while the server is to stop anyway. */
restart_action overlap_failed;
restart_action overlap_late;
restart_action overlap_given_up;

/* The probation is over, or pointless, for the one before has ended: there is no way back. */
restart_action overlap_stays;
restart_action overlap_old_lost;

/* It has failed in its probation: the one before serves again. */
restart_action overlap_returns;

#endif
