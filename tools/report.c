/* SPDX-License-Identifier: ISC */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "answer.h"
#include "text.h"

enum { NAME, PID, GENERATION, STATE, MAIN, PROCESSES, CONNECTIONS, ACCEPTED, AGE, COMMAND, COUNT };

static const struct column columns[COUNT] = {
    [NAME] = {"NAME", false},        [PID] = {"PID", true},           [GENERATION] = {"GEN", true},
    [STATE] = {"STATE", false},      [MAIN] = {"MAIN", true},         [PROCESSES] = {"PROCS", true},
    [CONNECTIONS] = {"CONNS", true}, [ACCEPTED] = {"ACCEPTED", true}, [AGE] = {"AGE", true},
    [COMMAND] = {"COMMAND", false},
};

struct table *report_new(void)
{
    return table_new(columns, COUNT);
}

static char *command_text(struct json_object *status)
{
    struct json_object *argv = answer_list(status, "command");
    size_t n = argv ? json_object_array_length(argv) : 0;
    char *text = text_format("%s", "");

    for (size_t i = 0; i < n; i++) {
        const char *arg = json_object_get_string(json_object_array_get_idx(argv, i));
        char *visible = text_visible(arg ? arg : "");
        char *longer = text_format("%s%s%s", text, i ? " " : "", visible);
        free(visible);
        free(text);
        text = longer;
    }
    return text;
}

static char *number_text(struct json_object *object, const char *key)
{
    return text_format("%" PRId64, answer_number(object, key));
}

static void set_server(struct table *table, struct json_object *status)
{
    table_set(table, NAME, text_visible(answer_text(status, "name")));
    table_set(table, PID, number_text(status, "pid"));
    table_set(table, STATE, text_visible(answer_text(status, "state")));
    table_set(table, COMMAND, command_text(status));
}

static void set_generation(struct table *table, struct json_object *gen, bool stopping)
{
    int64_t started = answer_number(gen, "started");
    const char *state = answer_text(gen, "state");

    table_set(table, GENERATION, number_text(gen, "generation"));
    /* One that serves while the server is being stopped is shown as what awaits it. */
    if (stopping && strcmp(state, "serving") == 0)
        state = "stopping";
    table_set(table, STATE, text_visible(state));
    table_set(table, MAIN, number_text(gen, "pid"));
    table_set(table, PROCESSES, text_count(answer_number(gen, "processes")));
    table_set(table, CONNECTIONS, text_count(answer_number(gen, "connections")));
    table_set(table, ACCEPTED, text_count(answer_number(gen, "accepted")));
    if (started > 0)
        table_set(table, AGE, text_age(started));
}

static int newest_first(const void *a, const void *b)
{
    int64_t x = answer_number(*(struct json_object *const *)a, "generation");
    int64_t y = answer_number(*(struct json_object *const *)b, "generation");

    return (x < y) - (x > y);
}

void report_add(struct table *table, struct json_object *status)
{
    struct json_object *gens = answer_list(status, "generations");
    size_t n = gens ? json_object_array_length(gens) : 0;
    bool stopping = strcmp(answer_text(status, "state"), "stopping") == 0;

    if (gens != NULL)
        json_object_array_sort(gens, newest_first);
    table_row(table);
    set_server(table, status);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            table_row(table);
        set_generation(table, json_object_array_get_idx(gens, i), stopping);
    }
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

static void print_restarts(struct json_object *status)
{
    struct json_object *restarts = NULL;

    json_object_object_get_ex(status, "restarts", &restarts);
    printf("restarts  %" PRId64 " done, %" PRId64 " rolled back\n", answer_number(restarts, "done"),
           answer_number(restarts, "rolled_back"));
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
    struct json_object *listeners = answer_list(status, "listeners");
    size_t n = listeners ? json_object_array_length(listeners) : 0;

    for (size_t i = 0; i < n; i++)
        print_listener(json_object_array_get_idx(listeners, i));
    print_restarts(status);
    print_last(status);
}
