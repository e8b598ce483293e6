/* SPDX-License-Identifier: ISC */
/*
 * Looks at what this process's connections carry, in the place of libc's read(), write() and the
 * like (libc/data_path):
 *  - while its generation drains, to tell clients that an answer is the last one (telling.h);
 *  - at the start of a process, for its first answers: whether this server is one that makes
 * tunnels has to be known before it drains. At any other time nothing is looked at, and nothing is
 * in the way.
 *
 * A thread that sleeps in libc's read() when this begins returns from there unseen.
 */
#ifndef GRACE_STREAM_OBSERVE_H
#define GRACE_STREAM_OBSERVE_H

/* A new process. */
void observe_learn(void);

/* Does what the state page asks for. Async-signal-safe. */
void observe_look(void);

#endif
