/* SPDX-License-Identifier: ISC */
#include "probe/report/report.h"

#include <stdlib.h>

#include "probe/report/rows.h"
#include "probe/words/figures.h"
#include "probe/words/text.h"
#include "probe/words/verdict.h"

enum { STANDSTILL_NOTED = 10000000 /* nanoseconds */ };

/* URL: 8 new and 4 keep-alive clients, 10.0 s, 500 requests a second */
static void print_what(const struct result *result, FILE *out)
{
    char *target = text_visible(result->target);
    const char *separator = ": ";
    unsigned clients = 0;

    fputs(target, out);
    free(target);
    for (enum kind kind = 0; kind < KINDS; kind++) {
        unsigned n = result->kinds[kind].clients;
        if (n == 0)
            continue;
        fprintf(out, "%s%s %s", separator, figure_count(n).text, kind_name(kind));
        separator = ", ";
        clients += n;
    }
    fprintf(out, " client%s for %s, ", clients == 1 ? "" : "s",
            figure_duration(result->ended).text);
    if (result->rate > 0)
        fprintf(out, "%s requests a second\n", figure_count((uint64_t)result->rate).text);
    else
        fputs("as fast as they were answered\n", out);
}

static void print_failures(const struct result *result, FILE *out)
{
    if (result_failed(result) == 0)
        return;
    putc('\n', out);
    rows_failures(result, out);
    putc('\n', out);
    rows_let_down(result, out);
}

static void print_versions(const struct result *result, FILE *out)
{
    if (result->versions_used == 0)
        return;
    putc('\n', out);
    rows_versions(result, out);
}

static void print_notes(const struct result *result, FILE *out)
{
    uint64_t closed = 0;

    for (unsigned kind = 0; kind < KINDS; kind++)
        closed += result->kinds[kind].closed_idle;
    if (closed > 0)
        fprintf(out, "%s idle connection%s closed by the server, which is its right.\n",
                figure_count(closed).text, closed == 1 ? " was" : "s were");
    if (result->standstill >= STANDSTILL_NOTED)
        fprintf(out, "The machine stood still for %s, which is in none of these times.\n",
                figure_duration(result->standstill).text);
}

void report_text(const struct result *result, FILE *out)
{
    print_what(result, out);
    putc('\n', out);
    rows_restarts(result, out);
    print_failures(result, out);
    print_versions(result, out);
    putc('\n', out);
    print_notes(result, out);
    verdict_print(result, out);
    putc('\n', out);
}
