/* SPDX-License-Identifier: ISC */
#include "probe/report/report.h"

#include <err.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "probe/words/figures.h"
#include "probe/words/utf8.h"
#include "probe/words/verdict.h"

typedef struct json_object json;

static json *text_of(const char *text)
{
    char *valid = utf8_valid(text);
    json *object = json_object_new_string(valid);

    free(valid);
    return object;
}

static void put(json *object, const char *key, json *value)
{
    json_object_object_add(object, key, value);
}

static void put_count(json *object, const char *key, uint64_t n)
{
    put(object, key, json_object_new_int64((int64_t)n));
}

/* Nanoseconds in another unit, with three decimals or six: the default would be 17 digits. */
static json *number_of(int64_t ns, double unit)
{
    static char milli[] = "%.3f", micro[] = "%.6f";
    json *number = json_object_new_double((double)ns / unit);

    json_object_set_serializer(number, json_object_double_to_json_string,
                               unit < 1e9 ? milli : micro, NULL);
    return number;
}

static json *milliseconds(int64_t ns)
{
    return number_of(ns, 1e6);
}

static json *seconds(int64_t ns)
{
    return number_of(ns, 1e9);
}

static json *latency_of(const struct histogram *histogram)
{
    static const struct {
        const char *key;
        double percent;
    } percentiles[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"p999", 99.9}};
    json *object = json_object_new_object();
    uint64_t count = histogram->count > 0 ? histogram->count : 1;

    for (size_t i = 0; i < sizeof(percentiles) / sizeof(*percentiles); i++) {
        uint64_t us = histogram_percentile(histogram, percentiles[i].percent);
        put(object, percentiles[i].key, milliseconds((int64_t)us * 1000));
    }
    put(object, "max", milliseconds((int64_t)histogram->max * 1000));
    put(object, "mean", milliseconds((int64_t)(histogram->sum / count) * 1000));
    return object;
}

static void put_numbers(json *object, uint64_t answers, uint64_t failed, int64_t silence,
                        const struct histogram *latency)
{
    put_count(object, "answers", answers);
    put_count(object, "failed", failed);
    put(object, "longest_silence_ms", milliseconds(silence));
    put(object, "latency_ms", latency_of(latency));
}

static json *version_name(const struct result *result, int version)
{
    return version < 0 ? NULL : text_of(result->versions[version].name);
}

static json *failures_of(const struct result *result)
{
    json *object = json_object_new_object();

    for (enum failure failure = 0; failure < FAILURES; failure++)
        put_count(object, failure_name(failure), result_failed_as(result, failure));
    return object;
}

static json *client_of(const struct kind_result *kind, const char *name)
{
    json *object = json_object_new_object(), *failures = json_object_new_object();

    put(object, "kind", json_object_new_string(name));
    put_count(object, "clients", kind->clients);
    put_count(object, "connections", kind->connections);
    put_count(object, "answers", kind->answers);
    put_count(object, "closed_idle", kind->closed_idle);
    for (enum failure failure = 0; failure < FAILURES; failure++)
        put_count(failures, failure_name(failure), kind->failed[failure]);
    put(object, "failures", failures);
    return object;
}

static json *clients_of(const struct result *result)
{
    json *array = json_object_new_array();

    for (enum kind kind = 0; kind < KINDS; kind++)
        if (result->kinds[kind].clients > 0)
            json_object_array_add(array, client_of(&result->kinds[kind], kind_name(kind)));
    return array;
}

static json *versions_of(const struct result *result)
{
    json *array = json_object_new_array();

    for (unsigned i = 0; i < result->versions_used; i++) {
        const struct version *version = &result->versions[i];
        json *object = json_object_new_object();
        put(object, "version", text_of(version->name));
        put_count(object, "answers", version->answers);
        put(object, "first", seconds(version->first));
        put(object, "last", seconds(version->last));
        json_object_array_add(array, object);
    }
    return array;
}

static json *window_of(const struct window *window)
{
    json *object = json_object_new_object();

    put_numbers(object, window->answers, window->failed, window->silence, &window->latency);
    return object;
}

static json *restart_of(const struct result *result, unsigned n)
{
    const struct window *window = &result->windows[n];
    bool over = window->restart_end != 0;
    json *object = json_object_new_object();

    put_count(object, "n", n);
    put(object, "begin", seconds(window->begin));
    put(object, "took_ms", over ? milliseconds(window->restart_end - window->begin) : NULL);
    put(object, "ok", json_object_new_boolean(!result_restart_failed(window)));
    put(object, "outcome", text_of(window->outcome));
    put(object, "version_before", version_name(result, window->version_before));
    put(object, "version_after", version_name(result, window->version_after));
    put_numbers(object, window->answers, window->failed, window->silence, &window->latency);
    return object;
}

static json *restarts_of(const struct result *result)
{
    json *array = json_object_new_array();

    for (unsigned n = 1; n < result->windows_used; n++)
        json_object_array_add(array, restart_of(result, n));
    return array;
}

static json *failure_of(const struct result *result, const struct let_down *one)
{
    json *object = json_object_new_object();

    put(object, "at", seconds(one->at));
    put(object, "began", seconds(one->began));
    put(object, "time", json_object_new_string(figure_date(one->wall).text));
    put(object, "failure", json_object_new_string(failure_name(one->failure)));
    put(object, "kind", json_object_new_string(kind_name(one->kind)));
    put(object, "reused", json_object_new_boolean(one->reused));
    put_count(object, "port", one->port);
    put(object, "restart", one->window > 0 ? json_object_new_int64(one->window) : NULL);
    put(object, "version", version_name(result, one->version));
    put(object, "why", text_of(one->why));
    return object;
}

static json *let_down_of(const struct result *result)
{
    json *array = json_object_new_array();

    for (unsigned i = 0; i < result->let_down_used; i++)
        json_object_array_add(array, failure_of(result, &result->let_down[i]));
    return array;
}

static json *timeline_of(const struct timeline *timeline)
{
    json *object = json_object_new_object(), *slots = json_object_new_array();

    for (unsigned i = 0; i < timeline->used; i++) {
        const struct slot *slot = &timeline->slots[i];
        json *three = json_object_new_array();
        uint64_t answers = (uint64_t)slot->answers[0] + slot->answers[1];
        json_object_array_add(three, json_object_new_int64((int64_t)answers));
        json_object_array_add(three, json_object_new_int64(slot->failed));
        json_object_array_add(three, milliseconds((int64_t)slot->slowest * 1000));
        json_object_array_add(slots, three);
    }
    put(object, "width_ms", milliseconds(timeline->width));
    put(object, "slots", slots);
    return object;
}

static json *result_of(const struct result *result)
{
    json *object = json_object_new_object();

    put(object, "target", text_of(result->target));
    put(object, "started", seconds(result->started));
    put(object, "seconds", seconds(result->ended));
    put(object, "standstill_ms", milliseconds(result->standstill));
    put(object, "rate", json_object_new_int64(result->rate));
    put(object, "verdict", json_object_new_string(verdict_name(verdict_of(result))));
    put_numbers(object, result_answers(result), result_failed(result), result->silence,
                &result->latency);
    put(object, "failures", failures_of(result));
    put(object, "clients", clients_of(result));
    put(object, "versions", versions_of(result));
    put(object, "restarts", restarts_of(result));
    put(object, "before", window_of(&result->windows[0]));
    put(object, "let_down", let_down_of(result));
    put(object, "timeline", timeline_of(&result->timeline));
    return object;
}

void report_json(const struct result *result, FILE *out)
{
    const int flags =
        JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE | JSON_C_TO_STRING_NOZERO;
    json *object = result_of(result);
    const char *text = json_object_to_json_string_ext(object, flags);

    if (text == NULL)
        err(EXIT_FAILURE, "no memory for a report");
    fprintf(out, "%s\n", text);
    json_object_put(object);
}
