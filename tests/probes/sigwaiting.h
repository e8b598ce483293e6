/* SPDX-License-Identifier: ISC */
/* What the calls that wait for a signal have in common. */
#ifndef SIGWAITING_H
#define SIGWAITING_H

#include <signal.h>

/* A way to wait: returns the signal or -1. */
void sigwaiting_probe(int (*call)(const sigset_t *set));

#endif
