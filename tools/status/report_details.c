/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "status/report.h"
#include "status/report_words.h"
#include "supervisors/answer.h"

static void print_line(FILE *out, const char *heading, const char *text)
{
    fputs(heading, out);
    words_text(out, text ? text : "");
    putc('\n', out);
}

static void print_command(FILE *out, struct json_object *status)
{
    struct json_object *argv;
    size_t n = answer_list(status, "command", &argv);

    fputs("command  ", out);
    for (size_t i = 0; i < n; i++) {
        const char *argument = json_object_get_string(json_object_array_get_idx(argv, i));
        putc(' ', out);
        words_text(out, argument ? argument : "");
    }
    putc('\n', out);
}

static void print_listener(FILE *out, struct json_object *listener)
{
    fputs("listener  ", out);
    words_text(out, answer_text(listener, "address"));
    if (strcmp(answer_text(listener, "type"), "stream") != 0)
        fprintf(out, " %s", answer_text(listener, "type"));
    if (answer_has(listener, "queue"))
        fprintf(out, ", queue %" PRId64, answer_number(listener, "queue"));
    if (answer_has(listener, "backlog"))
        fprintf(out, " of %" PRId64, answer_number(listener, "backlog"));
    if (answer_has(listener, "queued_bytes"))
        fprintf(out, ", %" PRId64 " bytes queued", answer_number(listener, "queued_bytes"));
    putc('\n', out);
}

/* How long it has been so, where that is known. */
static void print_duration(FILE *out, struct json_object *object, const char *key)
{
    if (!answer_has(object, key))
        return;
    fputs(" for ", out);
    words_seconds(out, answer_number(object, key));
}

static void print_connection(FILE *out, struct json_object *connection)
{
    fputs("          held by ", out);
    words_text(out, answer_text(connection, "peer"));
    print_duration(out, connection, "age_s");
    if (answer_has(connection, "pid"))
        fprintf(out, ", process %" PRId64, answer_number(connection, "pid"));
    if (answer_has(connection, "state"))
        fprintf(out, ", %s", answer_text(connection, "state"));
    putc('\n', out);
}

/* Who keeps it from its end. */
static void print_holding(FILE *out, struct json_object *status, struct json_object *gen)
{
    struct json_object *holding;
    size_t n = answer_list(status, "holding", &holding);
    int64_t more = answer_number(gen, "connections");

    for (size_t i = 0; i < n; i++) {
        struct json_object *one = json_object_array_get_idx(holding, i);

        if (answer_number(one, "generation") != answer_number(gen, "generation"))
            continue;
        print_connection(out, one);
        more--;
    }
    if (more > 0 && strcmp(answer_text(gen, "state"), "draining") == 0)
        fprintf(out, "          and %" PRId64 " more\n", more);
}

static void print_generation(FILE *out, struct json_object *gen)
{
    fprintf(out, "gen %-6" PRId64, answer_number(gen, "generation"));
    words_text(out, answer_text(gen, "state"));
    print_duration(out, gen, "draining_s");
    if (answer_has(gen, "pid"))
        fprintf(out, ", main process %" PRId64, answer_number(gen, "pid"));
    if (answer_has(gen, "ready_ms"))
        fprintf(out, ", ready in %" PRId64 " ms", answer_number(gen, "ready_ms"));
    fprintf(out, ", %" PRId64 " accepted", answer_number(gen, "accepted"));
    if (answer_number(gen, "told") > 0)
        fprintf(out, ", %" PRId64 " told to close", answer_number(gen, "told"));
    if (answer_number(gen, "handed_over") > 0)
        fprintf(out, ", %" PRId64 " handed over", answer_number(gen, "handed_over"));
    putc('\n', out);
}

static void print_restarts(FILE *out, struct json_object *status)
{
    struct json_object *restarts = answer_object(status, "restarts");

    fprintf(out, "restarts  %" PRId64 " done, %" PRId64 " rolled back",
            answer_number(restarts, "done"), answer_number(restarts, "rolled_back"));
    if (answer_number(restarts, "vetoed") > 0)
        fprintf(out, ", %" PRId64 " vetoed", answer_number(restarts, "vetoed"));
    if (answer_number(restarts, "respawned") > 0)
        fprintf(out, ", %" PRId64 " after the server had died",
                answer_number(restarts, "respawned"));
    if (answer_has(status, "last_restart")) {
        fputs("; the last: ", out);
        words_restart(out, status);
    }
    putc('\n', out);
}

static void print_last(FILE *out, struct json_object *status)
{
    struct json_object *last = answer_object(status, "last");
    time_t at = (time_t)answer_number(last, "at");
    const char *reason = answer_text(last, "reason");
    char when[32] = "";
    struct tm tm;

    if (at == 0 || localtime_r(&at, &tm) == NULL)
        return;
    strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
    fprintf(out, "last      %s %s%s", when, answer_text(last, "event"), *reason ? ": " : "");
    words_text(out, reason);
    putc('\n', out);
}

void report_details(FILE *out, struct json_object *status)
{
    struct json_object *list;
    size_t n;

    print_command(out, status);
    n = answer_list(status, "listeners", &list);
    for (size_t i = 0; i < n; i++)
        print_listener(out, json_object_array_get_idx(list, i));
    n = answer_list(status, "unserved", &list);
    for (size_t i = 0; i < n; i++)
        print_line(out, "unserved  ", json_object_get_string(json_object_array_get_idx(list, i)));
    n = answer_list(status, "generations", &list);
    for (size_t i = 0; i < n; i++) {
        print_generation(out, json_object_array_get_idx(list, i));
        print_holding(out, status, json_object_array_get_idx(list, i));
    }
    if (answer_has(status, "why"))
        print_line(out, "mode      one after the other: ", answer_text(status, "why"));
    print_restarts(out, status);
    print_last(out, status);
}
