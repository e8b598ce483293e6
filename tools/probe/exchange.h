/* SPDX-License-Identifier: ISC */
/*
 * One request of a client: it connects, asks, waits and judges; never a second try. What it meets
 * goes into the result, whose clock is `now` here. When the request is over the client is in the
 * queue in which it waits for the next one: QUEUE_NEXT, QUEUE_HOLD or QUEUE_BREATH, or QUEUE_RETRY
 * if it failed.
 */
#ifndef PROBE_EXCHANGE_H
#define PROBE_EXCHANGE_H

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

/* Begins to connect, and asks as soon as it can. */
void exchange_connect(struct client *client, int64_t now);

/* Carries on: there may be a connection; the request may be sent; an answer may have come. */
void exchange_connected(struct client *client, int64_t now);
void exchange_ask(struct client *client, int64_t now);
void exchange_listen(struct client *client, int64_t now);

/* The request has failed: by an error of that call, or because it took too long. */
void exchange_fail(struct client *client, const char *call, int error, int64_t now);
void exchange_late(struct client *client, int64_t now);

#endif
