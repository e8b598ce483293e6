/* SPDX-License-Identifier: ISC */
/*
 * Which process of the serving generation starts a new supervisor should this one be killed
 * (exec/recovery.h).  At first its main process; when that has gone into the background another one
 * that has the rights for it.
 */
#ifndef GRACE_SUPERVISOR_RECOVERY_KEEPER_H
#define GRACE_SUPERVISOR_RECOVERY_KEEPER_H

#include <stdint.h>

/* Appoints another one if the last one has ended. */
void keeper_step(int64_t now);

#endif
