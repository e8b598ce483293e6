/* SPDX-License-Identifier: ISC */
/*
 * GRACE_RESPAWN: a server that has died by itself is started again on the kept listeners, where
 * clients wait meanwhile.  At once at first, with growing pauses when it goes on dying, and not for
 * ever: then the supervisor ends with its status, as it does without.
 *
 * To die is to end by a signal or with a status other than 0, once it has been ready: a first start
 * that fails is a wrong command.  Not what a process manager calls a clean end, for that is how a
 * server is stopped by its own tools; nor where how it has ended is not known, for it is no child
 * of ours (a daemon).
 */
#ifndef GRACE_SUPERVISOR_RESTART_RESPAWN_H
#define GRACE_SUPERVISOR_RESTART_RESPAWN_H

#include "supervisor/generation/generation.h"
#include "supervisor/state/supervisor.h"

/* The one that serves has ended.  Each returns the phase that follows; without GRACE_RESPAWN, and
 * where the limit is reached, that is the end. */
enum phase respawn_lost(struct generation *g, const char *how);

/* The same where the next one is becoming ready: that takes its place. */
enum phase respawn_by_next(struct generation *g, const char *how);

/* The same of one that is no child of ours. */
enum phase respawn_vanished(const struct generation *g);

/* What it has left has ended, and the pause is over. */
enum phase respawn_next(void);

enum phase respawn_ready(struct generation *g);
enum phase respawn_failed(struct generation *g, const char *why);

/* Somebody asks for a restart during the pause: that is over. */
enum phase respawn_hurry(void);

#endif
