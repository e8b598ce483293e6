/* SPDX-License-Identifier: ISC */
/* What sigprocmask() and pthread_sigmask() have in common. */
#ifndef MASKING_H
#define MASKING_H

#include <signal.h>

void masking_probe(int (*call)(int how, const sigset_t *set, sigset_t *old));

#endif
