/* SPDX-License-Identifier: ISC */
/*
 * Whoever has asked from within a container to have it stopped.  When process 1 ends the kernel
 * kills all others of the namespace: `grace stop`, and the command that a manager has started there
 * to run it (docker exec, a preStop of Kubernetes), which counts as failed then, with 137.  So
 * process 1 lets them leave before, for a second at most.
 */
#ifndef GRACE_SUPERVISOR_FRONT_CTL_VISITORS_H
#define GRACE_SUPERVISOR_FRONT_CTL_VISITORS_H

#include <sys/types.h>

/* This process gets its answer now; nothing where we are not process 1. */
void visitors_note(pid_t pid);

/* Waits until those that were noted have gone. */
void visitors_leave(void);

#endif
