/* SPDX-License-Identifier: ISC */
/* What signal() and its relatives have in common. */
#ifndef HANDLING_H
#define HANDLING_H

#include <signal.h>

/* Round trips with a signal that is nothing special, with the restart signal and with the one that
 * the shim reserves for itself. */
void handling_probe(sighandler_t (*call)(int sig, sighandler_t handler));

/* SIG_ERR as a handler, which all but sigset() and sigaction() refuse. */
void handling_error_probe(sighandler_t (*call)(int sig, sighandler_t handler));

#endif
