/* SPDX-License-Identifier: ISC */
#include "supervisor/front/ctl/totals.h"

#include <stdint.h>

#include "protocol/clock.h"
#include "supervisor/generation/connection_notes.h"
#include "supervisor/generation/connections.h"
#include "supervisor/generation/slots.h"

static const int limits_ms[] = {10,   25,   50,    100,   250,   500,    1000,
                                2500, 5000, 10000, 30000, 60000, 300000, 3600000};

enum { LIMITS = sizeof limits_ms / sizeof limits_ms[0] };

struct times {
    unsigned within[LIMITS], count;
    int64_t sum_ms;
};

static struct times ready, drain;
static uint64_t accepted, drained, told, given, cut; /* of those that are gone, or have drained */
static uint64_t cut_by[STREAM_STATES];

static void note_time(struct times *t, int64_t ms)
{
    for (unsigned i = 0; i < LIMITS; i++)
        t->within[i] += ms <= limits_ms[i];
    t->count++;
    t->sum_ms += ms;
}

/* What it owed in the beginning: while it drains it accepts some that were on their way, and closes
 * some unseen. */
static void note_drained(const struct generation *g)
{
    drained += g->owed > g->given + g->cut ? g->owed - g->given - g->cut : 0;
    told += generation_told(g);
    given += g->given;
    cut += g->cut;
    for (int i = 0; i < STREAM_STATES; i++)
        cut_by[i] += g->cut_by[i];
    note_time(&drain, clock_ms() - g->draining);
}

void totals_event(const struct event *e)
{
    struct generation *g = generation_by_number(e->generation);

    if (!g)
        return;
    if (e->kind == EVENT_READY)
        note_time(&ready, g->ready_ms);
    else if (e->kind == EVENT_DRAINED || e->kind == EVENT_CUT)
        note_drained(g);
    else if (e->kind == EVENT_RETIRED)
        accepted += slots_count(g).accepted;
}

/* Those that were looked at when they were cut. */
static void put_cut_by(FILE *out)
{
    const char *separator = ",\"cut_by\":{";

    for (int i = 0; i < STREAM_STATES; i++) {
        fprintf(out, "%s\"%s\":%llu", separator, connection_stream_name((enum stream_state)i),
                (unsigned long long)cut_by[i]);
        separator = ",";
    }
    putc('}', out);
}

static void put_times(FILE *out, const char *name, const struct times *t)
{
    fprintf(out, ",\"%s\":{\"count\":%u,\"sum_ms\":%lld,\"within_ms\":[", name, t->count,
            (long long)t->sum_ms);
    for (unsigned i = 0; i < LIMITS; i++)
        fprintf(out, "%s[%d,%u]", i > 0 ? "," : "", limits_ms[i], t->within[i]);
    fputs("]}", out);
}

void totals_json(FILE *out)
{
    uint64_t all = accepted;
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        all += slots_count(g).accepted;
    fprintf(out, ",\"totals\":{\"accepted\":%llu,\"drained\":%llu,\"told\":%llu",
            (unsigned long long)all, (unsigned long long)drained, (unsigned long long)told);
    fprintf(out, ",\"handed_over\":%llu,\"cut\":%llu", (unsigned long long)given,
            (unsigned long long)cut);
    put_cut_by(out);
    put_times(out, "ready", &ready);
    put_times(out, "drain", &drain);
    putc('}', out);
}
