/* SPDX-License-Identifier: ISC */
#include "supervisor/restart/restart_table.h"

#include "protocol/clock.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/restart/overlap.h"
#include "supervisor/restart/sequential.h"
#include "supervisor/restart/serve.h"
#include "supervisor/restart/stop.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/max_old.h"

/* It happens, and is as it should be. */
static enum phase nothing(const struct restart_cause *cause)
{
    (void)cause;
    return supervisor.phase;
}

/* It can't happen in this phase, and would mean nothing. */
static enum phase never(const struct restart_cause *cause)
{
    (void)cause;
    log_line(LEVEL_DEBUG, "phase %d: unexpected", (int)supervisor.phase);
    return supervisor.phase;
}

/* Requests become one; a signal is the one that is remembered. False: there was one. */
static bool postpone(const struct restart_cause *cause)
{
    bool first = supervisor.pending == REQUEST_NONE;

    if (supervisor.pending != REQUEST_SIGNAL)
        supervisor.pending = cause->request;
    return first;
}

static enum phase one_more(const struct restart_cause *cause)
{
    if (postpone(cause))
        log_line(LEVEL_INFO, "restart requested during a restart: one more will follow");
    return supervisor.phase;
}

static enum phase when_ready(const struct restart_cause *cause)
{
    if (postpone(cause))
        log_line(LEVEL_INFO, "restart waits until generation %u is ready",
                 supervisor.current->number);
    return supervisor.phase;
}

static enum phase begin(const struct restart_cause *cause)
{
    if (max_old_room_at() <= clock_ms())
        return supervisor.options.sequential ? sequential_begin(cause) : overlap_begin(cause);
    if (postpone(cause))
        log_line(LEVEL_INFO, "restart waits a moment: %d old generations drain (GRACE_MAX_OLD)",
                 supervisor.options.max_old);
    return supervisor.phase;
}

static enum phase first_ready(const struct restart_cause *cause)
{
    generation_confirm(cause->g);
    serve_begin(cause->g);
    return PHASE_IDLE;
}

/* clang-format off */
/* Numbers, not pointers: those would be relocated at the start of each process of the server. */
#define ACTIONS(A) \
    A(when_ready) A(first_ready) A(never) A(stop_crashed) A(stop_over) A(stop_begin) \
    A(stop_drain) A(begin) A(one_more) A(overlap_ready) A(overlap_failed) A(overlap_late) \
    A(overlap_returns) A(overlap_stays) A(overlap_old_lost) A(nothing) A(sequential_next) \
    A(stop_follows) A(sequential_ready) A(sequential_failed) A(sequential_late) \
    A(sequential_hurry) A(overlap_given_up) A(stop_ended) A(stop_late) A(stop_again)

#define NUMBER(name) DO_##name,
enum action { ACTIONS(NUMBER) };

#define CALL_IT(name)  \
    case DO_##name: \
        return name(cause);
static enum phase act(enum action action, const struct restart_cause *cause)
{
    switch (action) {
        ACTIONS(CALL_IT)
    }
    __builtin_unreachable();
}

#define ROW(a, b, c, d, e, f, g, h) \
    {DO_##a, DO_##b, DO_##c, DO_##d, DO_##e, DO_##f, DO_##g, DO_##h}

static const unsigned char table[PHASES][INPUTS] = {
    /*                       REQUEST           READY             FAILED             LATE
                             LOST              EMPTY             STOP               DRAIN */
    [PHASE_FIRST]     = ROW(when_ready,       first_ready,      never,             never,
                            stop_crashed,     stop_over,        stop_begin,        stop_drain),
    [PHASE_IDLE]      = ROW(begin,            never,            never,             never,
                            stop_crashed,     stop_over,        stop_begin,        stop_drain),
    [PHASE_STARTING]  = ROW(one_more,         overlap_ready,    overlap_failed,    overlap_late,
                            stop_crashed,     stop_over,        stop_begin,        stop_drain),
    [PHASE_PROBATION] = ROW(one_more,         never,            overlap_returns,   overlap_stays,
                            overlap_old_lost, never,            stop_begin,        stop_drain),
    [PHASE_ENDING]    = ROW(one_more,         never,            never,             never,
                            nothing,          sequential_next,  stop_begin,        stop_follows),
    [PHASE_REPLACING] = ROW(one_more,         sequential_ready, sequential_failed, sequential_late,
                            never,            never,            stop_begin,        stop_follows),
    [PHASE_PAUSING]   = ROW(sequential_hurry, never,            never,             sequential_next,
                            nothing,          nothing,          stop_begin,        stop_begin),
    [PHASE_LEAVING]   = ROW(never,            never,            overlap_given_up,  never,
                            stop_ended,       stop_over,        stop_begin,        nothing),
    [PHASE_STOPPING]  = ROW(never,            never,            overlap_given_up,  stop_late,
                            stop_ended,       stop_over,        stop_again,        nothing),
};
/* clang-format on */

bool restart_take(enum restart_input input, const struct restart_cause *cause)
{
    enum phase before = supervisor.phase;

    supervisor.phase = act(table[before][input], cause);
    return supervisor.phase != before;
}

void restart_resume(enum phase phase)
{
    supervisor.phase = phase;
}
