/* SPDX-License-Identifier: ISC */
/*
 * A client: connects, asks, waits, judges, and does it again; never a second try. What it meets
 * goes into the result, whose clock is `now` here.
 */
#ifndef PROBE_VISITOR_H
#define PROBE_VISITOR_H

#include <stddef.h>
#include <stdint.h>

#include "probe/answer.h"
#include "probe/crowd.h"
#include "probe/load_on.h"
#include "probe/loop.h"
#include "probe/plan.h"
#include "probe/wire.h"

enum state {
    CLIENT_AWAY,       /* no connection, or an open one with which nothing is done */
    CLIENT_CONNECTING, /* until the request can be begun */
    CLIENT_ASKING,     /* the request isn't sent */
    CLIENT_HOLDING,    /* of its own will: what its kind does */
    CLIENT_LISTENING,  /* for the answer */
};

/* What all clients of a run share. */
struct run {
    struct plan *plan;
    struct result *result;
    uint64_t begun;      /* requests */
    uint64_t under_way;  /* of them */
    uint64_t allowed;    /* requests: nobody begins another one after that many */
    const char *trouble; /* of this machine, which ends the run: no descriptors, no ports */
};

struct client {
    struct watch watch;
    struct place place;
    struct run *run;
    enum kind kind;
    enum state state;
    struct wire wire;
    struct answer answer;
    struct witness witness;
    int64_t began; /* the request */
    int64_t held;  /* nanoseconds of it that it held back by itself */
    int64_t hold_began;
    size_t sent;   /* bytes of the question */
    int version;   /* that answered last on this connection, or -1 */
    bool has_held; /* in this request */
    bool asking;   /* a request has begun and is not over */
    bool reused;   /* the connection has carried a request */
    bool closing;  /* the other side has closed: no further request on it */
    bool unread;   /* there may be something to read */
};

static inline struct client *client_of_watch(struct watch *watch)
{
    return (struct client *)((char *)watch - offsetof(struct client, watch));
}

static inline struct client *client_of_place(struct place *place)
{
    return (struct client *)((char *)place - offsetof(struct client, place));
}

void client_create(struct client *client, struct run *run, enum kind kind);

/* Begins a request that was due at `due`; counts it as begun. */
void client_begin(struct client *client, int64_t due, int64_t now);

/* Its time in that queue has passed. */
void client_expired(struct client *client, enum queue queue, int64_t now);

/* Closes what is open. */
void client_free(struct client *client);

#endif
