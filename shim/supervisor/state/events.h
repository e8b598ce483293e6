/* SPDX-License-Identifier: ISC */
/*
 * What has happened, said once by the step that knows; whoever has to act on it or to pass it on
 * (status, the service manager, the clients of the ctl socket) subscribes in main.c.
 */
#ifndef GRACE_SUPERVISOR_STATE_EVENTS_H
#define GRACE_SUPERVISOR_STATE_EVENTS_H

enum { EVENT_TEXT = 256 }; /* longer ones may be cut */

enum event_kind {
    EVENT_STARTED,     /* the first generation runs, or one after the server has died */
    EVENT_RECOVERED,   /* it is another supervisor's, which was killed */
    EVENT_ASKING,      /* whether the service may restart (GRACE_BEFORE_RESTART) */
    EVENT_VETOED,      /* it may not, and goes on */
    EVENT_RESTARTING,  /* the service has begun to */
    EVENT_READY,       /* a generation serves */
    EVENT_SUCCEEDED,   /* the restart that it came from is over, and so is its probation */
    EVENT_ROLLED_BACK, /* the one before goes on */
    EVENT_FAILED,      /* (sequential) there is nothing to go back to: it is tried again */
    EVENT_REFUSED,     /* a restart that was to follow the last one is not to be */
    EVENT_UNSERVED,    /* the generation does not serve this address, and the one before did */
    EVENT_SERVED,      /* it does after all */
    EVENT_DRAINING,
    EVENT_DRAINED,
    EVENT_CUT, /* it has not in time, and is ended with what it has */
    EVENT_RETIRED,
    EVENT_STOPPING,
    EVENT_STOPPED,     /* it was told to */
    EVENT_CRASHED,     /* it was not */
    EVENT_WORKER_LOST, /* one of several has ended, or was not ready: it is started again */
    EVENT_SCALED,      /* as many workers serve as were asked for */
    EVENT_RESPAWNED,   /* the server has died, and serves again */
    EVENT_LINE,        /* what the log says, without its prefix: for who waits for a restart */
    EVENT_LOGGED, /* the same with the time of day, and as far as the log has it: for readers */
    EVENT_KINDS
};

struct event {
    enum event_kind kind;
    unsigned generation; /* its number; of a LINE and LOGGED 0 */
    const char *text;    /* why, or how; "" */
};

/* "rolled-back"; "" for ASKING, LINE and LOGGED, which nobody outside is told of as such. */
const char *event_name(enum event_kind kind);

typedef void event_subscriber(const struct event *e);

/* In this order they are told; the list ends with NULL. */
void event_subscribe(event_subscriber *const *list);

void event(enum event_kind kind, unsigned generation, const char *text);

#endif
