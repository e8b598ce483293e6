/* SPDX-License-Identifier: ISC */
#include "supervisor/front/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/generation/connections.h"
#include "supervisor/generation/slots.h"
#include "supervisor/kernel/connections.h"
#include "supervisor/state/escape.h"
#include "supervisor/state/supervisor.h"

enum { UNSERVED = 16 }; /* addresses that are remembered */

static struct {
    unsigned done, vetoed, rolled_back, respawned;
    enum event_kind last;
    time_t at;
    char reason[EVENT_TEXT];
} restarts;

static bool has_failed(enum event_kind kind)
{
    return kind == EVENT_ROLLED_BACK || kind == EVENT_FAILED;
}

/* The addresses that the last restart has given up. */
static struct {
    unsigned n;
    char *address[UNSERVED];
} unserved;

/* NULL: all. */
static void forget_unserved(const char *address)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < unserved.n; i++)
        if (address && strcmp(unserved.address[i], address) != 0)
            unserved.address[kept++] = unserved.address[i];
        else
            free(unserved.address[i]);
    unserved.n = kept;
}

static void note_unserved(const struct event *e)
{
    char *address;

    if (e->kind == EVENT_RESTARTING)
        forget_unserved(NULL);
    if (e->kind == EVENT_SERVED || e->kind == EVENT_UNSERVED)
        forget_unserved(e->text);
    if (e->kind == EVENT_UNSERVED && unserved.n < UNSERVED && (address = strdup(e->text)))
        unserved.address[unserved.n++] = address;
}

/* What becomes of a generation that does not serve any more does not hide why the last restart
 * failed, until the next one. */
static bool is_hidden(enum event_kind kind)
{
    return (has_failed(restarts.last) || restarts.last == EVENT_VETOED) &&
           (kind == EVENT_DRAINING || kind == EVENT_DRAINED || kind == EVENT_RETIRED);
}

/* Of these the last state and its reason is none. */
static bool is_aside(enum event_kind kind)
{
    return kind == EVENT_LINE || kind == EVENT_SUCCEEDED || kind == EVENT_REFUSED ||
           kind == EVENT_ASKING || kind == EVENT_UNSERVED || kind == EVENT_SERVED ||
           is_hidden(kind);
}

void status_event(const struct event *e)
{
    note_unserved(e);
    restarts.done += e->kind == EVENT_SUCCEEDED;
    restarts.respawned += e->kind == EVENT_RESPAWNED;
    restarts.vetoed += e->kind == EVENT_VETOED;
    restarts.rolled_back += has_failed(e->kind);
    if (is_aside(e->kind))
        return;
    restarts.last = e->kind == EVENT_RESPAWNED ? EVENT_READY : e->kind;
    restarts.at = time(NULL);
    snprintf(restarts.reason, sizeof restarts.reason, "%s", e->text);
}

/* Arguments are bytes, JSON is UTF-8: what is none is shown as U+FFFD. */
static void put_string(FILE *out, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    putc('"', out);
    while (*p) {
        unsigned n = utf8_length(p);

        if (n == 0)
            fputs("\\ufffd", out);
        else if (*p == '"' || *p == '\\')
            fprintf(out, "\\%c", *p);
        else if (utf8_is_control(p, n))
            fprintf(out, "\\u%04x", utf8_code(p, n));
        else
            fwrite(p, 1, n, out);
        p += n ? n : 1;
    }
    putc('"', out);
}

static const char *state_name(void)
{
    if (phase_stops())
        return "stopping";
    if (phase_restarts() || supervisor.phase == PHASE_ASKING)
        return "restarting";
    return supervisor.phase == PHASE_FIRST ? "starting" : "serving";
}

static void put_command(FILE *out)
{
    fputs(",\"command\":[", out);
    for (char **arg = supervisor.command.argv; *arg; arg++) {
        if (arg != supervisor.command.argv)
            putc(',', out);
        put_string(out, *arg);
    }
    putc(']', out);
}

static void put_generation(FILE *out, struct generation *g)
{
    /* the text itself: a pointer to it would be relocated at the start of each process of the
     * server
     */
    static const char names[][9] = {"starting", "serving", "draining", "retiring", "retiring"};
    struct slots_count c = slots_count(g);

    fprintf(out,
            "{\"generation\":%u,\"pid\":%d,\"state\":\"%s\",\"processes\":%u,\"connections\":%u,"
            "\"accepted\":%llu,\"started\":%lld,\"ready_ms\":%lld}",
            g->number, (int)g->main, names[g->state], c.processes, generation_count_connections(g),
            (unsigned long long)c.accepted, (long long)g->started_at, (long long)g->ready_ms);
}

static void put_generations(FILE *out)
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

static const char *type_name(int type)
{
    return type == SOCK_STREAM ? "stream" : type == SOCK_DGRAM ? "datagram" : "seqpacket";
}

static void put_listeners(FILE *out)
{
    const char *separator = "";
    struct listener *h;

    fputs(",\"listeners\":[", out);
    TAILQ_FOREACH (h, &listener_list, link) {
        unsigned queue = 0, backlog = 0;

        if (h->socket.fd < 0)
            continue;
        kernel_queue(&h->socket, &queue, &backlog);
        fprintf(out, "%s{\"address\":", separator);
        put_string(out, h->address);
        fprintf(out, ",\"type\":\"%s\",\"queue\":%u,\"backlog\":%u}", type_name(h->socket.type),
                queue, backlog);
        separator = ",";
    }
    putc(']', out);
}

static void put_unserved(FILE *out)
{
    fputs(",\"unserved\":[", out);
    for (unsigned i = 0; i < unserved.n; i++) {
        if (i > 0)
            putc(',', out);
        put_string(out, unserved.address[i]);
    }
    putc(']', out);
}

static void put_mode(FILE *out)
{
    fprintf(out, ",\"mode\":\"%s\",\"sequential\":%s,\"why\":",
            options_mode_name(supervisor.options.mode),
            supervisor_is_sequential() ? "true" : "false");
    put_string(out, supervisor.alone);
}

static void put_last(FILE *out)
{
    fprintf(out, ",\"last\":{\"event\":\"%s\",\"at\":%lld,\"reason\":", event_name(restarts.last),
            (long long)restarts.at);
    put_string(out, restarts.reason);
    putc('}', out);
}

char *status_json(void)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    fputs("{\"name\":", out);
    put_string(out, supervisor.name);
    fprintf(out, ",\"pid\":%d", (int)getpid());
    put_command(out);
    fprintf(out, ",\"state\":\"%s\",\"generation\":%u", state_name(), supervisor.current->number);
    put_generations(out);
    put_listeners(out);
    put_unserved(out);
    put_mode(out);
    fprintf(out, ",\"restarts\":{\"done\":%u,\"rolled_back\":%u,\"vetoed\":%u,\"respawned\":%u}",
            restarts.done, restarts.rolled_back, restarts.vetoed, restarts.respawned);
    put_last(out);
    fputs("}\n", out);
    fclose(out);
    return text;
}
