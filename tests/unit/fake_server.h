/* SPDX-License-Identifier: ISC */
/*
 * fake_server.h: the life of a server of fake generations: users and clients of `grace restart` who
 * ask, processes that die, and the supervisor's loop, a turn at a time.
 */
#ifndef FAKE_SERVER_H
#define FAKE_SERVER_H

#include "fake_generations.h"

/* Everything anew: one generation, which has just been started.  Respawns are in 60 s. */
void fake_begin(enum mode mode, int64_t probation, int respawns);

/* So many workers are wanted from now on. */
void fake_want(unsigned workers);
void fake_end(void);

/* What users do. */
void fake_request(enum request request);
void fake_stop(int sig);
void fake_stop_drain(void);
void fake_request_now(void);
void fake_stop_now(void);

/* The main process ends, and with it all others, or the others go on. */
void fake_die(struct generation *g, int status, bool others_live);

/* The last process of one whose main process has ended. */
void fake_vanish(struct generation *g);

/* What the supervisor's loop does after each wake-up. */
void fake_turn(void);

#endif
