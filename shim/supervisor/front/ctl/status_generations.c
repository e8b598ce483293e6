/* SPDX-License-Identifier: ISC */
#include "supervisor/front/ctl/status_generations.h"

#include <stdlib.h>

#include "protocol/clock.h"
#include "supervisor/generation/connection_notes.h"
#include "supervisor/generation/connections.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/supervisor.h"

enum {
    HOLDING = 5, /* of each generation */
    LOOKED_AT = 256,
    READ_MS = 100,
    READ_AGAIN_MS = 2000, /* if that took longer: nobody can keep us busy */
};

struct holding {
    const struct kernel_connection *connection;
    struct connection_known known;
};

static void put_drain(FILE *out, const struct generation *g)
{
    int64_t now = clock_ms();

    if (g->state != GENERATION_DRAINING)
        return;
    fprintf(out, ",\"draining_s\":%lld,\"told\":%u,\"handed_over\":%u",
            (long long)(now - g->draining) / 1000, generation_told(g), g->given);
    if (g->deadline < CLOCK_NEVER)
        fprintf(out, ",\"cut_in_s\":%lld",
                (long long)(g->deadline > now ? g->deadline - now + 999 : 0) / 1000);
}

/* When another supervisor has started it nobody knows that here. */
static void put_times(FILE *out, const struct generation *g)
{
    if (g->taken_over)
        return;
    fprintf(out, ",\"started\":%lld,\"age_s\":%lld", (long long)g->started_at,
            (long long)(clock_ms() - g->started) / 1000);
    if (g->was_ready)
        fprintf(out, ",\"ready_ms\":%lld", (long long)g->ready_ms);
}

static void put_generation(FILE *out, struct generation *g)
{
    static const char names[][9] = {"starting", "serving", "draining", "retiring", "retiring"};
    struct slots_count c = slots_count(g);

    fprintf(out, "{\"generation\":%u,", g->number);
    if (g->main > 0)
        fprintf(out, "\"pid\":%d,", (int)g->main);
    if (supervisor.workers > 1)
        fprintf(out, "\"worker\":%u,", g->worker);
    fprintf(out, "\"state\":\"%s\",\"processes\":%u,\"connections\":%u,\"accepted\":%llu",
            names[g->state], c.processes, generation_count_connections(g),
            (unsigned long long)c.accepted);
    put_times(out, g);
    put_drain(out, g);
    putc('}', out);
}

void status_generations(FILE *out)
{
    struct generation *g;

    fputs(",\"generations\":[", out);
    TAILQ_FOREACH (g, &generation_list, link) {
        if (g != TAILQ_FIRST(&generation_list))
            putc(',', out);
        put_generation(out, g);
    }
    putc(']', out);
}

static int oldest_first(const void *a, const void *b)
{
    const struct holding *x = a, *y = b;

    return (x->known.age < y->known.age) - (x->known.age > y->known.age);
}

static void put_connection(FILE *out, const struct generation *g, const struct holding *h,
                           const char *separator)
{
    const char *stream = connection_stream_name(h->known.stream);
    char peer[KERNEL_PEER];

    fprintf(out, "%s{\"generation\":%u,\"peer\":\"%s\"", separator, g->number,
            kernel_peer(h->connection, peer));
    if (h->known.age != CONNECTION_AGE_UNKNOWN)
        fprintf(out, ",\"age_s\":%d", h->known.age);
    if (stream)
        fprintf(out, ",\"state\":\"%s\"", stream);
    if (h->connection->pid > 0)
        fprintf(out, ",\"pid\":%d", (int)h->connection->pid);
    putc('}', out);
}

static void look_at_notes(struct generation *g, const struct kernel_connection *conns, size_t n,
                          struct connection_known *known)
{
    int64_t now = clock_ms();

    for (size_t i = 0; i < n; i++)
        known[i] = connection_unknown;
    if (now >= g->look_at_notes && !connection_notes(g, conns, n, known, READ_MS))
        g->look_at_notes = now + READ_AGAIN_MS;
}

/* True: there were some. */
static bool put_holding(FILE *out, struct generation *g, bool any)
{
    struct holding holding[LOOKED_AT];
    struct kernel_connection *conns;
    struct connection_known known[LOOKED_AT];
    size_t n;

    generation_some_connections(g, &conns, &n);
    n = n < LOOKED_AT ? n : LOOKED_AT;
    look_at_notes(g, conns, n, known);
    for (size_t i = 0; i < n; i++)
        holding[i] = (struct holding){&conns[i], known[i]};
    qsort(holding, n, sizeof *holding, oldest_first);
    for (size_t i = 0; i < n && i < HOLDING; i++)
        put_connection(out, g, &holding[i], any || i > 0 ? "," : "");
    free(conns);
    return any || n > 0;
}

void status_holding(FILE *out)
{
    struct generation *g;
    bool any = false;

    fputs(",\"holding\":[", out);
    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state == GENERATION_DRAINING)
            any = put_holding(out, g, any);
    putc(']', out);
}
