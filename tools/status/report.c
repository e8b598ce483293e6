/* SPDX-License-Identifier: ISC */
#include "status/report.h"

#include <err.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line/exit_codes.h"
#include "status/report_words.h"
#include "supervisors/answer.h"
#include "supervisors/elsewhere.h"

/* Each cell but the last one of a row ends with a tab. */
static void add_text(FILE *rows, const char *text)
{
    words_text(rows, text);
    putc('\t', rows);
}

static void add_number(FILE *rows, int64_t number)
{
    fprintf(rows, "%" PRId64 "\t", number);
}

static void add_count(FILE *rows, int64_t n)
{
    words_count(rows, n);
    putc('\t', rows);
}

static void add_age(FILE *rows, struct json_object *gen)
{
    if (answer_has(gen, "age_s"))
        words_seconds(rows, answer_number(gen, "age_s"));
    putc('\t', rows);
}

/* Clients that wait in the queues of all listeners. */
static void add_queue(FILE *rows, struct json_object *status)
{
    struct json_object *listeners;
    size_t n = answer_list(status, "listeners", &listeners);
    int64_t queue = 0;

    for (size_t i = 0; i < n; i++)
        queue += answer_number(json_object_array_get_idx(listeners, i), "queue");
    add_count(rows, queue);
}

/* `status` is NULL but in the first row of a server. */
static void add_generation(FILE *rows, struct json_object *gen, struct json_object *status,
                           bool stopping)
{
    const char *state = answer_text(gen, "state");

    add_number(rows, answer_number(gen, "generation"));
    /* One that serves while the server is being stopped is shown as what awaits it. */
    add_text(rows, stopping && strcmp(state, "serving") == 0 ? "stopping" : state);
    add_count(rows, answer_number(gen, "processes"));
    add_count(rows, answer_number(gen, "connections"));
    if (status != NULL)
        add_queue(rows, status);
    else
        putc('\t', rows);
    add_age(rows, gen);
}

static void add_end_of_drain(FILE *rows, struct json_object *gen)
{
    if (!answer_has(gen, "cut_in_s"))
        return;
    fputs("cut in ", rows);
    words_seconds(rows, answer_number(gen, "cut_in_s"));
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
        add_generation(rows, json_object_array_get_idx(gens, 0), status, stopping);
    } else {
        fprintf(rows, "\t%s\t\t\t\t\t", state);
    }
    words_restart(rows, status);
    for (size_t i = 1; i < n; i++) {
        struct json_object *gen = json_object_array_get_idx(gens, i);

        fputs(users ? "\n\t\t\t" : "\n\t\t", rows);
        add_generation(rows, gen, NULL, stopping);
        add_end_of_drain(rows, gen);
    }
    fputs("\n", rows);
}

void report_table(FILE *out, struct json_object *statuses, int widths[TEXT_CELLS], int columns)
{
    size_t n = json_object_array_length(statuses), size;
    bool users = elsewhere_is_shown() || any_other(statuses);
    char *text;
    FILE *rows = open_memstream(&text, &size);

    if (rows == NULL)
        err(EXIT_FAILED, "can't print a table");
    fprintf(rows, "NAME\tPID\t%sGEN\tSTATE   \tPROCS\tCONNS\tQUEUE\t   AGE\tLAST RESTART\n",
            users ? "USER\t" : "");
    for (size_t i = 0; i < n; i++)
        add_server(rows, json_object_array_get_idx(statuses, i), users);
    if (fclose(rows) != 0)
        err(EXIT_FAILED, "can't print a table");
    if (n > 0)
        text_table_steady(out, text, users ? "lrlrlrrrrl" : "lrrlrrrrl", widths, columns);
    free(text);
}
