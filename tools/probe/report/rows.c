/* SPDX-License-Identifier: ISC */
#include "probe/report/rows.h"

#include "probe/report/table.h"
#include "probe/words/figures.h"
#include "probe/words/verdict.h"

static void add_count(struct table *table, uint64_t n)
{
    fprintf(table->rows, "%s\t", figure_count(n).text);
}

static void add_duration(struct table *table, int64_t ns)
{
    fprintf(table->rows, "%s\t", figure_duration(ns).text);
}

/* Of how long answers took nothing is known if there were none; a silence of 0 only says then that
 * it ended later. */
static void add_numbers(struct table *table, uint64_t failed, int64_t silence,
                        const struct histogram *latency)
{
    add_count(table, latency->count);
    add_count(table, failed);
    if (silence == 0 && latency->count == 0)
        fputs("-\t", table->rows);
    else
        add_duration(table, silence);
    if (latency->count == 0) {
        fputs("-\t-\t-\t", table->rows);
        return;
    }
    add_duration(table, (int64_t)histogram_percentile(latency, 50) * 1000);
    add_duration(table, (int64_t)histogram_percentile(latency, 99) * 1000);
    add_duration(table, (int64_t)latency->max * 1000);
}

static void add_versions(struct table *table, const struct result *result, int before, int after)
{
    if (after < 0)
        return;
    if (before >= 0) {
        table_visible(table, result->versions[before].name);
        fputs(" -> ", table->rows);
    }
    table_visible(table, result->versions[after].name);
}

static void add_restart(struct table *table, const struct result *result, unsigned n)
{
    const struct window *window = &result->windows[n];

    fprintf(table->rows, "restart %u\t", n);
    if (window->restart_end == 0)
        fputs("-\t", table->rows);
    else
        add_duration(table, window->restart_end - window->begin);
    add_numbers(table, window->failed, window->silence, &window->latency);
    /* If nobody has answered since, that the version is still the same isn't known. */
    add_versions(table, result, window->answers > 0 ? window->version_before : -1,
                 window->version_after);
    if (result_restart_failed(window)) {
        fputs(window->version_after < 0 ? "" : ", ", table->rows);
        restart_print(window, table->rows);
    }
    putc('\n', table->rows);
}

static int64_t took(const struct window *window)
{
    return window->restart_end - window->begin;
}

static unsigned slowest(const struct result *result)
{
    unsigned slowest = 1;

    for (unsigned n = 2; n < result->windows_used; n++)
        if (took(&result->windows[n]) > took(&result->windows[slowest]))
            slowest = n;
    return slowest;
}

/* Adds the restarts worth a row; returns how many it has left out. */
static unsigned add_restarts(struct table *table, const struct result *result)
{
    unsigned restarts = result_restarts(result), shown = 0;
    unsigned always = restarts > ROWS_MAX ? slowest(result) : 0;

    for (unsigned n = 1; n <= restarts; n++) {
        const struct window *window = &result->windows[n];
        bool differs = restarts <= ROWS_MAX || window->failed > 0 || result_restart_failed(window);
        if (n == always || (differs && shown < ROWS_MAX)) {
            add_restart(table, result, n);
            shown++;
        }
    }
    return restarts - shown;
}

void rows_restarts(const struct result *result, FILE *out)
{
    const struct window *before = &result->windows[0];
    struct table table;
    unsigned left_out;

    table_begin(&table);
    fprintf(table.rows, "\ttook\tanswers\tfailed\tsilence\tp50\tp99\tmax\t%s\n",
            result->versions_used > 0 ? "version" : "");
    if (result_restarts(result) > 0) {
        fputs("before\t\t", table.rows);
        add_numbers(&table, before->failed, before->silence, &before->latency);
        add_versions(&table, result, -1, before->version_after);
        putc('\n', table.rows);
    }
    left_out = add_restarts(&table, result);
    fputs("all\t\t", table.rows);
    add_numbers(&table, result_failed(result), result->silence, &result->latency);
    putc('\n', table.rows);
    table_end(&table, out, "lrrrrrrrl");
    if (left_out > 0)
        fprintf(out, "%s more restarts are left out: %s.\n", figure_count(left_out).text,
                "shown are the first that failed, and the slowest");
}

/* "new 12, keep-alive 5" */
static void add_clients(struct table *table, const struct result *result, enum failure failure)
{
    const char *separator = "";

    for (enum kind kind = 0; kind < KINDS; kind++) {
        uint64_t n = result->kinds[kind].failed[failure];
        if (n == 0)
            continue;
        fprintf(table->rows, "%s%s %s", separator, kind_name(kind), figure_count(n).text);
        separator = ", ";
    }
    putc('\t', table->rows);
}

/* When one failed so for the first time, and why; nothing if that was after those that are kept. */
static void add_first(struct table *table, const struct result *result, enum failure failure)
{
    for (unsigned i = 0; i < result->let_down_used; i++) {
        const struct let_down *first = &result->let_down[i];
        if (first->failure != failure)
            continue;
        add_duration(table, first->at);
        table_visible(table, first->why);
        return;
    }
    fputs("-\t", table->rows);
}

void rows_failures(const struct result *result, FILE *out)
{
    struct table table;

    table_begin(&table);
    fputs("count\tfailure\tclients\tfirst at\twhy\n", table.rows);
    for (enum failure failure = 0; failure < FAILURES; failure++) {
        if (result_failed_as(result, failure) == 0)
            continue;
        add_count(&table, result_failed_as(result, failure));
        fprintf(table.rows, "%s\t", failure_name(failure));
        add_clients(&table, result, failure);
        add_first(&table, result, failure);
        putc('\n', table.rows);
    }
    table_end(&table, out, "rllrl");
}

static void add_single(struct table *table, const struct result *result, const struct let_down *one)
{
    fprintf(table->rows, "%s\t%s%s\t", figure_time(one->wall).text, kind_name(one->kind),
            one->reused ? ", used before" : "");
    fprintf(table->rows, one->port > 0 ? "%u\t" : "-\t", one->port);
    table_visible(table, one->version < 0 ? "-" : result->versions[one->version].name);
    fprintf(table->rows, one->window > 0 ? "\t%u\t" : "\tbefore\t", one->window);
    fputs(failure_words(one->failure), table->rows);
    if (*one->why != '\0') {
        fputs(": ", table->rows);
        table_visible(table, one->why);
    }
    putc('\n', table->rows);
}

void rows_let_down(const struct result *result, FILE *out)
{
    unsigned n = result->let_down_used < SINGLES_MAX ? result->let_down_used : SINGLES_MAX;
    struct table table;

    table_begin(&table);
    fputs("time\tclient\tport\tversion\trestart\tfailure\n", table.rows);
    for (unsigned i = 0; i < n; i++)
        add_single(&table, result, &result->let_down[i]);
    table_end(&table, out, "llrlrl");
    if (result_failed(result) > n)
        fprintf(out, "and %s more\n", figure_count(result_failed(result) - n).text);
}

void rows_versions(const struct result *result, FILE *out)
{
    unsigned n = result->versions_used < ROWS_MAX ? result->versions_used : ROWS_MAX;
    struct table table;

    table_begin(&table);
    fputs("version\tanswers\tfirst at\tlast at\t\n", table.rows);
    for (unsigned i = 0; i < n; i++) {
        table_visible(&table, result->versions[i].name);
        putc('\t', table.rows);
        add_count(&table, result->versions[i].answers);
        add_duration(&table, result->versions[i].first);
        add_duration(&table, result->versions[i].last);
        putc('\n', table.rows);
    }
    table_end(&table, out, "lrrrl");
    if (result->versions_used > n)
        fprintf(out, "and %u more\n", result->versions_used - n);
}
