/* SPDX-License-Identifier: ISC */
/*
 * fake_generations.h: all that a restart acts upon, without a process: generations that start,
 * serve and die as a test says, and a clock that it sets.  What is done to them is noted in
 * `fake.trace` ("new 2, drain 1"), and `fake.broken` says what must not be.
 */
#ifndef FAKE_GENERATIONS_H
#define FAKE_GENERATIONS_H

#include "supervisor/generation/generation.h"
#include "supervisor/state/supervisor.h"

enum { FAKE_CLIENTS = 64, FAKE_EXIT_0 = 0, FAKE_EXIT_3 = 3 << 8 };

struct fake_generation {
    struct generation g;
    struct page page;
    bool lives;      /* some process of it */
    bool dead;       /* its main process has ended and is to be reaped */
    bool ready;      /* it would answer a client */
    bool unexecuted; /* its command could not be executed */
    bool told;       /* it has got a stop signal */
    bool served;
    unsigned connections;
};

/* Who waits for a restart. */
struct fake_client {
    bool waits, queued;
    unsigned answers;
};

struct fake {
    int64_t now;
    bool no_memory, no_fork;   /* for the next generation */
    bool contends;             /* the next one needs what this one has locked */
    bool unwrapped;            /* the one that serves is found to be */
    bool stopped;              /* a stop was asked for */
    bool scaled;               /* there are, or were, several workers */
    bool lost;                 /* the one that served has died by itself, and that is the end */
    int died;                  /* so often it has died, or failed to start again */
    struct generation *before; /* served when the last one was started */
    unsigned asked;            /* the number of the last generation at the last request */
    struct fake_client client[FAKE_CLIENTS];
    unsigned nclients;
    char trace[512];
    const char *broken; /* NULL: nothing */
};
extern struct fake fake;

struct fake_generation *fake_of(struct generation *g);

/* Adds to the trace. */
void fake_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What must be so; the first that is not is `broken`. */
void fake_expect(bool held, const char *what);

/* A live generation that is ready and has not been told to drain. */
bool fake_accepts(const struct generation *g);

#endif
