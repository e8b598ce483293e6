/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/restart_table.h"

#include "protocol/clock.h"
#include "supervisor/generation/detached.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/restart/overlap.h"
#include "supervisor/restart/permission.h"
#include "supervisor/restart/respawn.h"
#include "supervisor/restart/rollback.h"
#include "supervisor/restart/rolling.h"
#include "supervisor/restart/sequential.h"
#include "supervisor/restart/serve.h"
#include "supervisor/restart/stop.h"
#include "supervisor/state/log.h"
#include "supervisor/step/drain.h"
#include "supervisor/step/max_old.h"
#include "supervisor/step/release.h"

/* It can't happen in this phase, and would mean nothing. */
static enum phase never(void)
{
    log_line(LEVEL_DEBUG, "phase %d: unexpected", (int)supervisor.phase);
    return supervisor.phase;
}

/* Requests become one; a signal is the one that is remembered. False: there was one. */
static bool postpone(enum request request)
{
    bool first = supervisor.pending == REQUEST_NONE;

    if (supervisor.pending != REQUEST_SIGNAL)
        supervisor.pending = request;
    return first;
}

static enum phase one_more(enum request request)
{
    if (postpone(request))
        log_line(LEVEL_INFO, "restart requested during a restart: one more will follow");
    return supervisor.phase;
}

/* The version that follows has not started: it will do, and has only to come sooner. */
static enum phase while_ending(enum request request)
{
    if (!supervisor.next_hurries)
        return one_more(request);
    supervisor.hurries = true;
    drain_hurry();
    return supervisor.phase;
}

static enum phase when_ready(enum request request)
{
    if (postpone(request))
        log_line(LEVEL_INFO, "restart waits until generation %u is ready",
                 supervisor.current->number);
    return supervisor.phase;
}

int64_t restart_due(int64_t now, const char **reason)
{
    int64_t room = max_old_room_at();

    *reason = "as many old generations drain as may (GRACE_MAX_OLD)";
    if (room > now)
        return room;
    *reason = "it is not yet seen what the server has only started";
    return detached_known_at(supervisor.current, now);
}

static enum phase start(void)
{
    return supervisor_is_sequential() ? sequential_begin() : overlap_begin();
}

static enum phase begin(enum request request, const char *who)
{
    int64_t now = clock_ms();
    const char *reason;

    if (restart_due(now, &reason) <= now) {
        supervisor.hurries = supervisor.next_hurries;
        return supervisor.options.before_restart ? permission_ask(who) : start();
    }
    if (postpone(request))
        log_line(LEVEL_INFO, "restart waits a moment: %s", reason);
    return supervisor.phase;
}

static enum phase first_ready(struct generation *g)
{
    generation_confirm(g);
    serve_begin(g);
    if (!g->taken_over && generation_listeners(g).offered > 0) /* from the manager's store */
        release_unwanted();
    return PHASE_IDLE;
}

/* clang-format off */
/* Each returns the phase that follows. */
#define ACTIONS(A) \
    A(nothing,           supervisor.phase) \
    A(never,             never()) \
    A(when_ready,        when_ready(cause->request)) \
    A(one_more,          one_more(cause->request)) \
    A(while_ending,      while_ending(cause->request)) \
    A(begin,             begin(cause->request, cause->text)) \
    A(start,             start()) \
    A(permission_refused, permission_refused(cause->text)) \
    A(first_ready,       first_ready(cause->g)) \
    A(overlap_next,      overlap_next()) \
    A(overlap_grow,      overlap_grow()) \
    A(overlap_ready,     overlap_ready(cause->g)) \
    A(rolling_failed,    rolling_failed(cause->text)) \
    A(rollback,          rollback(cause->g, cause->text)) \
    A(rollback_at_end,   rollback_at_end(cause->g, cause->text)) \
    A(rollback_probation, rollback_probation(cause->g, cause->text)) \
    A(overlap_stays,     overlap_stays()) \
    A(overlap_done,      overlap_done()) \
    A(overlap_old_lost,  overlap_old_lost(cause->g, cause->text)) \
    A(sequential_instead, sequential_instead(cause->g, cause->text)) \
    A(sequential_next,   sequential_next()) \
    A(sequential_ready,  sequential_ready(cause->g)) \
    A(sequential_failed, sequential_failed(cause->g, cause->text)) \
    A(sequential_hurry,  sequential_hurry()) \
    A(respawn_lost,      respawn_lost(cause->g, cause->text)) \
    A(respawn_by_next,   respawn_by_next(cause->g, cause->text)) \
    A(respawn_vanished,  respawn_vanished(cause->g)) \
    A(respawn_next,      respawn_next()) \
    A(respawn_ready,     respawn_ready(cause->g)) \
    A(respawn_failed,    respawn_failed(cause->g, cause->text)) \
    A(respawn_hurry,     respawn_hurry()) \
    A(stop_begin,        stop_begin(cause->sig)) \
    A(stop_again,        stop_again(cause->sig)) \
    A(stop_drain,        stop_drain()) \
    A(stop_now,          stop_now()) \
    A(stop_follows,      stop_follows()) \
    A(stop_crashed,      stop_crashed(cause->g, cause->text)) \
    A(stop_ended,        stop_ended(cause->g, cause->text)) \
    A(stop_over,         stop_over(cause->g))

/* Numbers, not pointers: those would be relocated at the start of each process of the server. */
#define NUMBER(name, call) DO_##name,
enum action { ACTIONS(NUMBER) };

#define CALL(name, call) \
    case DO_##name: \
        return call;
static enum phase act(enum action action, const struct restart_cause *cause)
{
    switch (action) {
        ACTIONS(CALL)
    }
    __builtin_unreachable();
}

/* INPUT_KILL is the same in each phase. */
#define ROW(a, b, c, d, e, f, g, h) \
    {DO_##a, DO_##b, DO_##c, DO_##d, DO_##e, DO_##f, DO_##g, DO_##h, DO_stop_now}

static const unsigned char table[PHASES][INPUTS] = {
    /*                       REQUEST           READY             FAILED            REFUSED
                             LOST              EMPTY             STOP               DRAIN */
    [PHASE_FIRST]     = ROW(when_ready,       first_ready,      never,            never,
                            stop_crashed,     stop_over,        stop_begin,        stop_drain),
    [PHASE_IDLE]      = ROW(begin,            overlap_grow,     never,            never,
                            respawn_lost,     respawn_vanished, stop_begin,        stop_drain),
    [PHASE_ASKING]    = ROW(one_more,         start,            permission_refused,never,
                            respawn_lost,     respawn_vanished, stop_begin,        stop_drain),
    [PHASE_STARTING]  = ROW(one_more,         overlap_ready,    rollback,         sequential_instead,
                            respawn_by_next,  respawn_vanished, stop_begin,        stop_drain),
    [PHASE_PROBATION] = ROW(one_more,         overlap_stays,    rollback_probation,never,
                            overlap_old_lost, never,            stop_begin,        stop_drain),
    [PHASE_HANDOVER]  = ROW(one_more,         overlap_done,     never,            never,
                            respawn_lost,     respawn_vanished, stop_begin,        stop_drain),
    [PHASE_ROLLING]   = ROW(one_more,         overlap_next,     rolling_failed,   never,
                            respawn_lost,     respawn_vanished, stop_begin,        stop_drain),
    [PHASE_ENDING]    = ROW(while_ending,     never,            never,            never,
                            nothing,          sequential_next,  stop_begin,        stop_follows),
    [PHASE_REPLACING] = ROW(one_more,         sequential_ready, sequential_failed,never,
                            never,            never,            stop_begin,        stop_follows),
    [PHASE_PAUSING]   = ROW(sequential_hurry, never,            never,            never,
                            nothing,          sequential_next,  stop_begin,        stop_begin),
    [PHASE_BACKOFF]   = ROW(respawn_hurry,    never,            never,            never,
                            nothing,          respawn_next,     stop_begin,        stop_begin),
    [PHASE_RESPAWNING] = ROW(one_more,         respawn_ready,    respawn_failed,   never,
                            never,            never,            stop_begin,        stop_follows),
    [PHASE_LEAVING]   = ROW(never,            never,            rollback_at_end,  never,
                            stop_ended,       stop_over,        stop_begin,        nothing),
    [PHASE_STOPPING]  = ROW(never,            never,            rollback_at_end,  never,
                            stop_ended,       stop_over,        stop_again,        nothing),
};
/* clang-format on */

bool restart_take(enum restart_input input, const struct restart_cause *cause)
{
    enum phase before = supervisor.phase;

    supervisor.phase = act(table[before][input], cause);
    if (before == PHASE_ASKING && supervisor.phase != before)
        permission_end();
    return supervisor.phase != before;
}
