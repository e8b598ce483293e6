/* SPDX-License-Identifier: ISC */
/* What is said of the connections of a generation that has drained. */
#include "supervisor/step/drain_end.h"

#include <stdarg.h>
#include <stdlib.h>

#include "protocol/clock.h"
#include "supervisor/front/ctl/status_generations.h"
#include "supervisor/front/ctl/totals.h"
#include "supervisor/generation/connection_notes.h"
#include "supervisor/generation/connections.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/slots.h"
#include "supervisor/kernel/procfs.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/drain_cut.h"
#include "supervisor/step/drain_signal.h"
#include "supervisor/step/handover.h"
#include "supervisor/step/pass.h"
#include "supervisor/step/release.h"
#include "supervisor/step/resume.h"
#include "supervisor/step/retire.h"
#include "tap.h"

static struct page page;
static struct generation old = {.number = 7, .page = &page};
static char line[256];

void log_line(enum log_level level, const char *format, ...)
{
    va_list list;

    (void)level;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
}

void event(enum event_kind kind, unsigned generation, const char *text)
{
    totals_event(&(struct event){kind, generation, text});
}

/* It has nothing left, as its processes say, and the kernel. */
struct slots_count slots_count(struct generation *g)
{
    (void)g;
    return (struct slots_count){0};
}

struct slots_count slots_owe(struct generation *g)
{
    return slots_count(g);
}

bool generation_has_connections(struct generation *g)
{
    (void)g;
    return false;
}

unsigned generation_count_connections(struct generation *g)
{
    (void)g;
    return 0;
}

unsigned generation_told(const struct generation *g)
{
    return atomic_load(&g->page->told);
}

bool pass_is_under_way(const struct generation *g)
{
    (void)g;
    return false;
}

bool handover_ask(struct generation *g, const struct slots_count *c, int64_t now)
{
    (void)g, (void)c, (void)now;
    return true;
}

bool procfs_usable(void)
{
    return true;
}

bool release_is_empty(void)
{
    return true;
}

void release_emptied(void)
{
}

void retire_begin(struct generation *g)
{
    g->state = GENERATION_RETIRING;
}

const char *connection_stream_name(enum stream_state stream)
{
    (void)stream;
    return "s";
}

/* Of those that have not drained, which there are none of. */
bool resume_awaited(int64_t now)
{
    (void)now;
    abort();
}

bool handover_tell(struct generation *g, int64_t now, int64_t pause)
{
    (void)g, (void)now, (void)pause;
    abort();
}

int64_t handover_pause(const struct generation *g, int64_t now, int64_t least, int64_t most)
{
    (void)g, (void)now, (void)least, (void)most;
    abort();
}

void generation_note_internal(struct generation *g)
{
    (void)g;
    abort();
}

bool generation_has_none(struct generation *g)
{
    (void)g;
    abort();
}

bool generation_lives(struct generation *g)
{
    (void)g;
    abort();
}

void drain_cut(struct generation *g)
{
    (void)g;
    abort();
}

void drain_signal_send(struct generation *g)
{
    (void)g;
    abort();
}

/* status_holding() has more to ask. */
const struct connection_known connection_unknown;

bool connection_notes(const struct generation *g, const struct kernel_connection *conns, size_t n,
                      struct connection_known *known, int patience)
{
    (void)g, (void)conns, (void)n, (void)known, (void)patience;
    abort();
}

void generation_some_connections(struct generation *g, struct kernel_connection **conns, size_t *n)
{
    (void)g, (void)conns, (void)n;
    abort();
}

const char *kernel_peer(const struct kernel_connection *c, char buf[KERNEL_PEER])
{
    (void)c, (void)buf;
    abort();
}

/* Does what `put` writes have this in it? */
static bool writes(void (*put)(FILE *out), const char *text)
{
    char *written;
    size_t size;
    FILE *out = open_memstream(&written, &size);
    bool found;

    put(out);
    fclose(out);
    found = strstr(written, text) != NULL;
    if (!found)
        printf("# %s\n", written);
    free(written);
    return found;
}

static void drains(unsigned told, unsigned given)
{
    old.state = GENERATION_DRAINING;
    old.attention = ATTENTION_DRAINING;
    old.deadline = CLOCK_NEVER;
    old.empty = true;
    old.confirm = 0;
    old.owed = 10;
    old.given = given;
    atomic_store(&page.told, told);
}

/* What the log adds to "generation 7 drained in 28 ms". */
static const char *log_adds(unsigned told, unsigned given)
{
    drains(told, given);
    old.draining = clock_ms() - 28;
    drain_end_step(old.draining + 28);
    return strncmp(line, "generation 7 drained in 28 ms", 29) == 0 ? line + 29 : line;
}

int main(void)
{
    TAILQ_INSERT_TAIL(&generation_list, &old, link);
    drains(5, 3);
    ok(writes(status_generations, ",\"told\":5,\"handed_over\":3"), "the status says how many");
    ok(writes(totals_json, "\"drained\":0,\"told\":0,\"handed_over\":0,\"cut\":0"),
       "no totals yet");
    is_str(log_adds(0, 0), "", "nothing to say");
    is_str(log_adds(1, 0), " (1 client told to close)", "one was told");
    is_str(log_adds(20, 0), " (20 clients told to close)", "several");
    is_str(log_adds(0, 1), " (1 connection handed over)", "one was handed over");
    is_str(log_adds(20, 3), " (20 clients told to close, 3 connections handed over)", "both");
    is_str(log_adds(4000000000, 4000000000),
           " (4000000000 clients told to close, 4000000000 connections handed over)",
           "of any size");
    ok(writes(totals_json,
              "\"drained\":46,\"told\":4000000041,\"handed_over\":4000000004,\"cut\":0"),
       "the totals have all, and what was handed over as not finished");
    return done();
}
