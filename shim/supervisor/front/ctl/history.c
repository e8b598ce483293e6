/* SPDX-License-Identifier: ISC */
#include "supervisor/front/ctl/history.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "supervisor/front/ctl/json_text.h"

enum { UNSERVED = 16 }; /* addresses that are remembered */

struct happened {
    time_t at; /* 0: nothing has */
    enum event_kind kind;
    char reason[EVENT_TEXT];
};

static struct happened last, restart; /* of these the last that is over */
static unsigned done, vetoed, rolled_back, respawned;

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
    return (has_failed(last.kind) || last.kind == EVENT_VETOED) &&
           (kind == EVENT_DRAINING || kind == EVENT_DRAINED || kind == EVENT_RETIRED);
}

/* Of these the last state and its reason is none. */
static bool is_aside(enum event_kind kind)
{
    return kind == EVENT_LINE || kind == EVENT_LOGGED || kind == EVENT_SUCCEEDED ||
           kind == EVENT_REFUSED || kind == EVENT_ASKING || kind == EVENT_UNSERVED ||
           kind == EVENT_SERVED || kind == EVENT_CUT || kind == EVENT_SCALED || is_hidden(kind);
}

static void note(struct happened *what, const struct event *e, const char *reason)
{
    what->at = time(NULL);
    what->kind = e->kind;
    snprintf(what->reason, sizeof what->reason, "%s", reason);
}

void history_event(const struct event *e)
{
    note_unserved(e);
    done += e->kind == EVENT_SUCCEEDED;
    respawned += e->kind == EVENT_RESPAWNED;
    vetoed += e->kind == EVENT_VETOED;
    rolled_back += has_failed(e->kind);
    if (e->kind == EVENT_SUCCEEDED)
        note(&restart, e, "");
    else if (e->kind == EVENT_RESPAWNED || e->kind == EVENT_VETOED || has_failed(e->kind))
        note(&restart, e, e->text);
    if (!is_aside(e->kind))
        note(&last, e, e->text);
}

void history_unserved_json(FILE *out)
{
    fputs(",\"unserved\":[", out);
    for (unsigned i = 0; i < unserved.n; i++) {
        if (i > 0)
            putc(',', out);
        json_text(out, unserved.address[i]);
    }
    putc(']', out);
}

static void put_happened(FILE *out, const struct happened *what)
{
    fprintf(out, "\"at\":%lld", (long long)what->at);
    json_text_member(out, "reason", what->reason);
    putc('}', out);
}

static const char *result(void)
{
    if (has_failed(restart.kind))
        return "rolled_back";
    if (restart.kind == EVENT_VETOED)
        return "vetoed";
    return restart.kind == EVENT_RESPAWNED ? "respawned" : "done";
}

/* It serves again, however that came. */
static const char *last_name(void)
{
    return event_name(last.kind == EVENT_RESPAWNED ? EVENT_READY : last.kind);
}

void history_restarts_json(FILE *out)
{
    fprintf(out, ",\"restarts\":{\"done\":%u,\"rolled_back\":%u,\"vetoed\":%u,\"respawned\":%u}",
            done, rolled_back, vetoed, respawned);
    if (restart.at) {
        fprintf(out, ",\"last_restart\":{\"result\":\"%s\",", result());
        put_happened(out, &restart);
    }
    if (last.at) {
        fprintf(out, ",\"last\":{\"event\":\"%s\",", last_name());
        put_happened(out, &last);
    }
}
