/* SPDX-License-Identifier: ISC */
#include "supervisor/state/chatter.h"

#include <stdarg.h>
#include <stdio.h>

#include "supervisor/kernel/clock.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

enum { LINES = 20, PERIOD_MS = 10000, TEXT = 400 };

void chatter_end(struct generation *g)
{
    if (g->chatter.more > 0)
        log_line(LEVEL_WARNING, "generation %u: %u more such line%s", g->number, g->chatter.more,
                 g->chatter.more == 1 ? "" : "s");
    g->chatter.lines = g->chatter.more = 0;
}

void chatter(struct generation *g, int pid, const char *format, ...)
{
    int64_t now = clock_ms();
    char text[TEXT];
    va_list list;

    if (now - g->chatter.since >= PERIOD_MS) {
        chatter_end(g);
        g->chatter.since = now;
    }
    if (g->chatter.lines == LINES) {
        g->chatter.more++;
        return;
    }
    g->chatter.lines++;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    log_line(LEVEL_WARNING, "process %d: %s", pid, text);
}

void chatter_step(int64_t now)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link) {
        if (g->chatter.more == 0)
            continue;
        if (now - g->chatter.since >= PERIOD_MS)
            chatter_end(g);
        else
            supervisor_wake_at(g->chatter.since + PERIOD_MS);
    }
}
