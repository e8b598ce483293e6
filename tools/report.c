/* SPDX-License-Identifier: ISC */
#include "report.h"

#include <err.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"
#include "elsewhere.h"
#include "grace.h"
#include "probe/words/text.h"

/* Each cell but the last one of a row ends with a tab. */
static void add_text(FILE *rows, const char *text)
{
    char *visible = text_visible(text);

    fprintf(rows, "%s\t", visible);
    free(visible);
}

static void add_number(FILE *rows, int64_t number)
{
    fprintf(rows, "%" PRId64 "\t", number);
}

/* A count in at most four characters: 999, 1.2K, 34M. */
static void add_count(FILE *rows, int64_t n)
{
    const int flags = HN_DECIMAL | HN_NOSPACE | HN_DIVISOR_1000;
    char text[8];

    if (humanize_number(text, 5, n, "", HN_AUTOSCALE, flags) < 0)
        add_number(rows, n);
    else
        fprintf(rows, "%s\t", text);
}

/* The time since `started` (of the wall clock): 45s, 12m03s, 3h05m, 2d04h. */
static void add_age(FILE *rows, int64_t started)
{
    int64_t s = (int64_t)time(NULL) - started;

    if (started <= 0)
        fputs("\t", rows);
    else if (s < 60)
        fprintf(rows, "%ds\t", s > 0 ? (int)s : 0);
    else if (s < 3600)
        fprintf(rows, "%dm%02ds\t", (int)(s / 60), (int)(s % 60));
    else if (s < 86400)
        fprintf(rows, "%dh%02dm\t", (int)(s / 3600), (int)(s / 60 % 60));
    else
        fprintf(rows, "%" PRId64 "d%02dh\t", s / 86400, (int)(s / 3600 % 24));
}

static void add_generation(FILE *rows, struct json_object *gen, bool stopping)
{
    const char *state = answer_text(gen, "state");

    add_number(rows, answer_number(gen, "generation"));
    /* One that serves while the server is being stopped is shown as what awaits it. */
    add_text(rows, stopping && strcmp(state, "serving") == 0 ? "stopping" : state);
    add_number(rows, answer_number(gen, "pid"));
    add_count(rows, answer_number(gen, "processes"));
    add_count(rows, answer_number(gen, "connections"));
    add_count(rows, answer_number(gen, "accepted"));
    add_age(rows, answer_number(gen, "started"));
}

static void add_command(FILE *rows, struct json_object *status)
{
    struct json_object *argv;
    size_t n = answer_list(status, "command", &argv);

    for (size_t i = 0; i < n; i++) {
        const char *arg = json_object_get_string(json_object_array_get_idx(argv, i));
        char *visible = text_visible(arg ? arg : "");
        fprintf(rows, "%s%s", i > 0 ? " " : "", visible);
        free(visible);
    }
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = answer_number(*(struct json_object *const *)a, "generation");
    int64_t y = answer_number(*(struct json_object *const *)b, "generation");

    return (x < y) - (x > y);
}

static bool is_other(struct json_object *status)
{
    return strcmp(answer_text(status, "user"), answer_user(geteuid())) != 0;
}

static bool any_other(struct json_object *statuses)
{
    for (size_t i = 0; i < json_object_array_length(statuses); i++)
        if (is_other(json_object_array_get_idx(statuses, i)))
            return true;
    return false;
}

static void add_server(FILE *rows, struct json_object *status, bool users)
{
    struct json_object *gens;
    size_t n = answer_list(status, "generations", &gens);
    const char *state = answer_text(status, "state");
    bool stopping = strcmp(state, "stopping") == 0;

    add_text(rows, answer_text(status, "name"));
    add_number(rows, answer_number(status, "pid"));
    if (users)
        add_text(rows, answer_text(status, "user"));
    if (n > 0) {
        json_object_array_sort(gens, newest_first);
        add_generation(rows, json_object_array_get_idx(gens, 0), stopping);
    } else {
        fputs("\t", rows);
        add_text(rows, state);
        fputs("\t\t\t\t\t", rows);
    }
    add_command(rows, status);
    for (size_t i = 1; i < n; i++) {
        fputs(users ? "\n\t\t\t" : "\n\t\t", rows);
        add_generation(rows, json_object_array_get_idx(gens, i), stopping);
    }
    fputs("\n", rows);
}

void report_table(struct json_object *statuses)
{
    size_t n = json_object_array_length(statuses), size;
    bool users = elsewhere_is_shown() || any_other(statuses);
    char *text;
    FILE *rows = open_memstream(&text, &size);

    if (rows == NULL)
        err(EXIT_FAILED, "can't print a table");
    fprintf(rows, "NAME\tPID\t%sGEN\tSTATE\tMAIN\tPROCS\tCONNS\tACCEPTED\tAGE\tCOMMAND\n",
            users ? "USER\t" : "");
    for (size_t i = 0; i < n; i++)
        add_server(rows, json_object_array_get_idx(statuses, i), users);
    if (fclose(rows) != 0)
        err(EXIT_FAILED, "can't print a table");
    if (n > 0)
        text_table(stdout, text, users ? "lrlrlrrrrrl" : "lrrlrrrrrl");
    free(text);
}

static void print_listener(struct json_object *listener)
{
    char *address = text_visible(answer_text(listener, "address"));

    printf("listener  %s", address);
    if (strcmp(answer_text(listener, "type"), "stream") != 0)
        printf(" %s", answer_text(listener, "type"));
    printf(", queue %" PRId64 " of %" PRId64 "\n", answer_number(listener, "queue"),
           answer_number(listener, "backlog"));
    free(address);
}

static void print_unserved(struct json_object *status)
{
    struct json_object *addresses;
    size_t n = answer_list(status, "unserved", &addresses);

    for (size_t i = 0; i < n; i++) {
        const char *text = json_object_get_string(json_object_array_get_idx(addresses, i));
        char *address = text_visible(text ? text : "");
        printf("unserved  %s\n", address);
        free(address);
    }
}

static void print_mode(struct json_object *status)
{
    char *why = text_visible(answer_text(status, "why"));

    if (*why)
        printf("mode      one after the other: %s\n", why);
    free(why);
}

static void print_restarts(struct json_object *status)
{
    struct json_object *restarts = NULL;

    json_object_object_get_ex(status, "restarts", &restarts);
    printf("restarts  %" PRId64 " done, %" PRId64 " rolled back", answer_number(restarts, "done"),
           answer_number(restarts, "rolled_back"));
    if (answer_number(restarts, "vetoed") > 0)
        printf(", %" PRId64 " vetoed", answer_number(restarts, "vetoed"));
    if (answer_number(restarts, "respawned") > 0)
        printf(", %" PRId64 " after the server had died", answer_number(restarts, "respawned"));
    puts("");
}

static void print_last(struct json_object *status)
{
    struct json_object *last = NULL;
    char when[32] = "", *reason;
    struct tm tm;
    time_t at;

    json_object_object_get_ex(status, "last", &last);
    at = (time_t)answer_number(last, "at");
    if (at == 0 || localtime_r(&at, &tm) == NULL)
        return;
    strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
    reason = text_visible(answer_text(last, "reason"));
    printf("last      %s %s%s%s\n", when, answer_text(last, "event"), *reason ? ": " : "", reason);
    free(reason);
}

void report_details(struct json_object *status)
{
    struct json_object *listeners;
    size_t n = answer_list(status, "listeners", &listeners);

    for (size_t i = 0; i < n; i++)
        print_listener(json_object_array_get_idx(listeners, i));
    print_unserved(status);
    print_mode(status);
    print_restarts(status);
    print_last(status);
}
