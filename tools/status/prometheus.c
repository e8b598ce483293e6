/* SPDX-License-Identifier: ISC */
#include "status/prometheus.h"

#include <err.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "command_line/exit_codes.h"
#include "probe/words/utf8.h"
#include "supervisors/answer.h"

/* What is printed, and the metric that its lines are of: all of one stand together. */
struct exposition {
    FILE *out;
    size_t n;
    struct server {
        struct json_object *status;
        char *labels; /* name="web" */
    } * servers;
    const char *metric;
};

static void put_label(FILE *out, const char *text)
{
    char *valid = utf8_valid(text);

    for (const char *c = valid; *c != '\0'; c++)
        if (*c == '\n')
            fputs("\\n", out);
        else
            fprintf(out, *c == '\\' || *c == '"' ? "\\%c" : "%c", *c);
    free(valid);
}

/* The name alone where it can: a pid is another one, and so another series, after each start. */
static bool needs_pid(const struct exposition *e, size_t i)
{
    const char *name = answer_text(e->servers[i].status, "name");
    size_t equal = 0;

    for (size_t j = 0; j < e->n; j++)
        equal += strcmp(answer_text(e->servers[j].status, "name"), name) == 0;
    return equal > 1 || *name == '\0';
}

static char *labels_of(const struct exposition *e, size_t i)
{
    struct json_object *status = e->servers[i].status;
    char *labels;
    size_t size;
    FILE *out = open_memstream(&labels, &size);

    if (out == NULL)
        err(EXIT_FAILED, "no memory for labels");
    fputs("name=\"", out);
    put_label(out, answer_text(status, "name"));
    putc('"', out);
    if (needs_pid(e, i))
        fprintf(out, ",pid=\"%" PRId64 "\"", answer_number(status, "pid"));
    if (fclose(out) != 0)
        err(EXIT_FAILED, "no memory for labels");
    return labels;
}

static void begin(struct exposition *e, const char *metric, const char *type, const char *help)
{
    e->metric = metric;
    fprintf(e->out, "# HELP %s %s\n# TYPE %s %s\n", metric, help, metric, type);
}

/* A line without its end; the label may be "". */
static void put_series(const struct exposition *e, const struct server *s, const char *suffix,
                       const char *label, const char *value)
{
    fprintf(e->out, "%s%s{%s", e->metric, suffix, s->labels);
    if (*label != '\0') {
        fprintf(e->out, ",%s=\"", label);
        put_label(e->out, value);
        putc('"', e->out);
    }
    fputs("} ", e->out);
}

static void put(const struct exposition *e, const struct server *s, const char *label,
                const char *value, int64_t number)
{
    put_series(e, s, "", label, value);
    fprintf(e->out, "%" PRId64 "\n", number);
}

static void put_up(struct exposition *e)
{
    begin(e, "grace_up", "gauge", "Whether the supervisor answers.");
    for (size_t i = 0; i < e->n; i++)
        put(e, &e->servers[i], "", "", answer_has(e->servers[i].status, "generations"));
}

static void put_ready(struct exposition *e)
{
    struct json_object *ready;

    begin(e, "grace_ready", "gauge", "Whether a generation serves.");
    for (size_t i = 0; i < e->n; i++)
        if (json_object_object_get_ex(e->servers[i].status, "ready", &ready))
            put(e, &e->servers[i], "", "", json_object_get_boolean(ready));
}

static void put_restarts(struct exposition *e)
{
    static const char *const results[] = {"done", "rolled_back", "vetoed", "respawned"};

    begin(e, "grace_restarts_total", "counter", "Restarts that are over, by how they ended.");
    for (size_t i = 0; i < e->n; i++) {
        struct json_object *restarts = answer_object(e->servers[i].status, "restarts");
        for (size_t r = 0; restarts != NULL && r < sizeof(results) / sizeof(*results); r++)
            put(e, &e->servers[i], "result", results[r], answer_number(restarts, results[r]));
    }
}

/* Members of members. */
static void put_numbers(struct exposition *e)
{
    static const struct {
        const char *object, *key, *metric, *type, *help;
    } numbers[] = {
        {"last_restart", "at", "grace_last_restart_timestamp_seconds", "gauge",
         "When the last restart was over."},
        {"totals", "accepted", "grace_connections_accepted_total", "counter",
         "Connections that all generations have accepted."},
        {"totals", "drained", "grace_connections_drained_total", "counter",
         "Connections that generations finished after their successor took over."},
        {"totals", "told", "grace_connections_told_total", "counter",
         "Connections whose clients were told to close them while generations drained."},
        {"totals", "handed_over", "grace_connections_handed_over_total", "counter",
         "Connections that generations handed to their successor."},
        {"totals", "cut", "grace_connections_cut_total", "counter",
         "Connections that were cut while generations drained."},
    };

    for (size_t k = 0; k < sizeof(numbers) / sizeof(*numbers); k++) {
        begin(e, numbers[k].metric, numbers[k].type, numbers[k].help);
        for (size_t i = 0; i < e->n; i++) {
            struct json_object *object = answer_object(e->servers[i].status, numbers[k].object);
            if (answer_has(object, numbers[k].key))
                put(e, &e->servers[i], "", "", answer_number(object, numbers[k].key));
        }
    }
}

/* `key` "": how many generations. */
static int64_t sum_of_state(struct json_object *status, const char *state, const char *key)
{
    struct json_object *gens;
    size_t n = answer_list(status, "generations", &gens);
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        struct json_object *gen = json_object_array_get_idx(gens, i);
        if (strcmp(answer_text(gen, "state"), state) == 0)
            sum += *key != '\0' ? answer_number(gen, key) : 1;
    }
    return sum;
}

static void put_states(struct exposition *e, const char *metric, const char *key, const char *help)
{
    static const char *const states[] = {"starting", "serving", "draining", "retiring"};

    begin(e, metric, "gauge", help);
    for (size_t i = 0; i < e->n; i++)
        for (size_t s = 0; s < sizeof(states) / sizeof(*states); s++)
            if (answer_has(e->servers[i].status, "generations"))
                put(e, &e->servers[i], "state", states[s],
                    sum_of_state(e->servers[i].status, states[s], key));
}

/* Of all listeners with this address (SO_REUSEPORT) at its first one; false at the others, and
 * where it is not known. */
static bool sum_of_address(struct json_object *listeners, size_t i, const char *key, int64_t *sum)
{
    const char *address = answer_text(json_object_array_get_idx(listeners, i), "address");

    *sum = 0;
    for (size_t j = 0; j < json_object_array_length(listeners); j++) {
        struct json_object *other = json_object_array_get_idx(listeners, j);
        if (strcmp(answer_text(other, "address"), address) != 0 || !answer_has(other, key))
            continue;
        if (j < i)
            return false;
        *sum += answer_number(other, key);
    }
    return answer_has(json_object_array_get_idx(listeners, i), key);
}

static void put_listeners(struct exposition *e, const char *metric, const char *key,
                          const char *help)
{
    struct json_object *list;
    int64_t sum;

    begin(e, metric, "gauge", help);
    for (size_t i = 0; i < e->n; i++) {
        size_t n = answer_list(e->servers[i].status, "listeners", &list);
        for (size_t l = 0; l < n; l++)
            if (sum_of_address(list, l, key, &sum))
                put(e, &e->servers[i], "listener",
                    answer_text(json_object_array_get_idx(list, l), "address"), sum);
    }
}

static void put_buckets(const struct exposition *e, const struct server *s,
                        struct json_object *times)
{
    struct json_object *within;
    size_t n = answer_list(times, "within_ms", &within);
    char seconds[32];

    for (size_t b = 0; b < n; b++) {
        struct json_object *pair = json_object_array_get_idx(within, b);
        if (!json_object_is_type(pair, json_type_array))
            continue;
        snprintf(seconds, sizeof(seconds), "%g",
                 (double)json_object_get_int64(json_object_array_get_idx(pair, 0)) / 1000);
        put_series(e, s, "_bucket", "le", seconds);
        fprintf(e->out, "%" PRId64 "\n", json_object_get_int64(json_object_array_get_idx(pair, 1)));
    }
    put_series(e, s, "_bucket", "le", "+Inf");
    fprintf(e->out, "%" PRId64 "\n", answer_number(times, "count"));
}

static void put_times(struct exposition *e, const char *metric, const char *key, const char *help)
{
    begin(e, metric, "histogram", help);
    for (size_t i = 0; i < e->n; i++) {
        const struct server *s = &e->servers[i];
        struct json_object *times = answer_object(answer_object(s->status, "totals"), key);

        if (times == NULL)
            continue;
        put_buckets(e, s, times);
        put_series(e, s, "_sum", "", "");
        fprintf(e->out, "%.3f\n", (double)answer_number(times, "sum_ms") / 1000);
        put_series(e, s, "_count", "", "");
        fprintf(e->out, "%" PRId64 "\n", answer_number(times, "count"));
    }
}

static void put_servers(struct exposition *e)
{
    put_up(e);
    put_ready(e);
    put_restarts(e);
    put_numbers(e);
    put_states(e, "grace_generations", "", "Generations, by their state.");
    put_states(e, "grace_processes", "processes", "Processes, by the state of their generation.");
    put_states(e, "grace_connections", "connections",
               "Connections that are open, by the state of their generation.");
    put_listeners(e, "grace_listener_queue", "queue", "Clients that wait to be accepted.");
    put_listeners(e, "grace_listener_queue_limit", "backlog", "How many clients may wait there.");
    put_times(e, "grace_ready_seconds", "ready",
              "Time from the start of a generation until it was ready.");
    put_times(e, "grace_drain_seconds", "drain",
              "Time that a generation took to finish its connections, or had until they were cut.");
}

void prometheus_print(FILE *out, struct json_object *statuses)
{
    struct exposition e = {.out = out, .n = json_object_array_length(statuses)};

    fputs("# HELP grace_build_info The version of the command that printed this.\n"
          "# TYPE grace_build_info gauge\ngrace_build_info{version=\"" GRACE_VERSION "\"} 1\n",
          out);
    e.servers = calloc(e.n + 1, sizeof(*e.servers));
    if (e.servers == NULL)
        err(EXIT_FAILED, "no memory for %zu servers", e.n);
    for (size_t i = 0; i < e.n; i++)
        e.servers[i].status = json_object_array_get_idx(statuses, i);
    for (size_t i = 0; i < e.n; i++)
        e.servers[i].labels = labels_of(&e, i);
    if (e.n > 0)
        put_servers(&e);
    for (size_t i = 0; i < e.n; i++)
        free(e.servers[i].labels);
    free(e.servers);
}
