/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/log_limit.h"

#include <stdarg.h>
#include <stdio.h>

#include "protocol/clock.h"
#include "supervisor/generation/generation.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

enum { LINES = 20, PERIOD_MS = 10000, TEXT = 400 };

void log_limit_end(struct generation *g)
{
    if (g->log_limit.more > 0)
        log_line(LEVEL_WARNING, "generation %u: %u more such line%s", g->number, g->log_limit.more,
                 g->log_limit.more == 1 ? "" : "s");
    g->log_limit.lines = g->log_limit.more = 0;
}

void log_limited(struct generation *g, int pid, const char *format, ...)
{
    int64_t now = clock_ms();
    char text[TEXT];
    va_list list;

    if (now - g->log_limit.since >= PERIOD_MS) {
        log_limit_end(g);
        g->log_limit.since = now;
    }
    if (g->log_limit.lines == LINES) {
        g->log_limit.more++;
        return;
    }
    g->log_limit.lines++;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    log_line(LEVEL_WARNING, "process %d: %s", pid, text);
}

void log_limit_step(int64_t now)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link) {
        if (g->log_limit.more == 0)
            continue;
        if (now - g->log_limit.since >= PERIOD_MS)
            log_limit_end(g);
        else
            supervisor_wake_at(g->log_limit.since + PERIOD_MS);
    }
}
