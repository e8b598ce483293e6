/* SPDX-License-Identifier: ISC */
#include "supervisor/state/log_tail.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "supervisor/state/events.h"

enum { KEPT = 64 << 10, LINE = 1100 };

static char kept[KEPT];
static size_t used;

/* The older half, and whole lines. */
static void forget(void)
{
    char *end = memchr(kept + KEPT / 2, '\n', used - KEPT / 2);
    size_t gone = end ? (size_t)(end + 1 - kept) : used;

    used -= gone;
    memmove(kept, kept + gone, used + 1);
}

void log_tail_add(const char *text)
{
    struct timespec now;
    char line[LINE], when[32];
    struct tm tm;
    size_t size;

    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &tm);
    strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", &tm);
    snprintf(line, sizeof line, "%s.%03ld %s", when, now.tv_nsec / 1000000, text);
    size = strlen(line);
    if (used + size + 2 > KEPT)
        forget();
    memcpy(kept + used, line, size);
    memcpy(kept + used + size, "\n", 2);
    used += size + 1;
    event(EVENT_LOGGED, 0, line);
}

const char *log_tail(unsigned long lines)
{
    size_t from = used;

    while (from > 0 && lines > 0) {
        for (from--; from > 0 && kept[from - 1] != '\n'; from--)
            continue;
        lines--;
    }
    return kept + from;
}
