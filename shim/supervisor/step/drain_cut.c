/* SPDX-License-Identifier: ISC */
#include "supervisor/step/drain_cut.h"

#include <stdio.h>
#include <stdlib.h>

#include "protocol/page.h"
#include "supervisor/generation/connection_notes.h"
#include "supervisor/generation/connections.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/retire.h"

enum {
    NAMED = 100,   /* more are only counted */
    READ_MS = 500, /* for the ages of all of them */
};

static void name_connection(const struct generation *g, const struct kernel_connection *c,
                            const struct connection_known *known)
{
    const char *why = connection_stream_text(known->stream);
    char peer[KERNEL_PEER], age[24] = "unknown";

    kernel_peer(c, peer);
    if (known->age != CONNECTION_AGE_UNKNOWN)
        snprintf(age, sizeof age, "%d s", known->age);
    log_line(LEVEL_WARNING, "generation %u: cutting connection of %s, age %s, process %d%s%s",
             g->number, peer, age, (int)c->pid, why ? ": " : "", why ? why : "");
}

/* What it has waited for, if for no connection that the kernel knows. */
static void describe_wait(struct generation *g, char *text, size_t size)
{
    struct slots_count c = slots_count(g);

    if (!(atomic_load(&g->page->attention) & ATTENTION_DRAINING))
        snprintf(text, size, "the queue of a listener was not emptied");
    else if (c.undrained > 0)
        snprintf(text, size, "%u of %u processes did not give up their listeners", c.undrained,
                 c.processes);
    else if (c.connections > 0)
        snprintf(text, size, "its processes count %u connection%s that the kernel does not show",
                 c.connections, c.connections == 1 ? "" : "s");
    else
        snprintf(text, size, "it had not come to rest");
}

static void report_end(struct generation *g, size_t nconns)
{
    char text[96];

    if (nconns > 0 || g->hurried)
        snprintf(text, sizeof text, "%zu connection%s cut", nconns, nconns == 1 ? "" : "s");
    else
        describe_wait(g, text, sizeof text);
    log_line(LEVEL_WARNING, "generation %u: %s, %s", g->number,
             g->hurried   ? "ends at once, as was asked"
             : g->surplus ? "makes room for younger ones"
                          : "drain deadline reached",
             text);
}

static void count_reasons(struct generation *g, const struct connection_known *known, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (known[i].stream < STREAM_STATES)
            g->cut_by[known[i].stream]++;
    if (g->cut_by[STREAM_OPAQUE] > 0 && supervisor.options.drain_signal == 0)
        log_line(
            LEVEL_INFO,
            "generation %u: what is TLS or HTTP/2 of that the server may end by itself, with its "
            "own signal for that in GRACE_DRAIN_SIGNAL",
            g->number);
}

void drain_cut(struct generation *g)
{
    struct kernel_connection *conns;
    size_t nconns, named;
    struct connection_known known[NAMED];

    generation_connections(g, &conns, &nconns);
    named = nconns < NAMED ? nconns : NAMED;
    connection_notes(g, conns, named, known, READ_MS);
    g->cut = nconns;
    report_end(g, nconns);
    for (size_t i = 0; i < named; i++)
        name_connection(g, &conns[i], &known[i]);
    count_reasons(g, known, named);
    free(conns);
    event(EVENT_CUT, g->number, "");
    retire_begin(g);
}
