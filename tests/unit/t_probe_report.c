/* SPDX-License-Identifier: ISC */
#include "probe/report/report.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <time.h>

#include "probe/words/text.h"
#include "tap.h"

/* Bytes that a server may answer with: markup, control characters, a newline, what isn't UTF-8. */
#define HOSTILE "<b>&\"\x1b[2J\x01\n# not ok 9\xff\xc0\x80\xed\xa0\x80\xef\xbf\xbfz"

static const int64_t MS = 1000000, WALL = 1700000000123456789;

/* The pictures are no part of this test. */
void report_chart(const struct result *result, FILE *out)
{
    fputs(result->target, out);
}

void report_svg(const struct result *result, FILE *out)
{
    fputs(result->target, out);
}

static char *written(report_write *write, const struct result *result)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    write(result, out);
    fclose(out);
    return text;
}

/* Does the report have these words, as it should or should not? */
static void look(report_write *write, const struct result *result, const char *words, bool wanted)
{
    char *text = written(write, result), *visible = text_visible(words);

    if (!ok((strstr(text, words) != NULL) == wanted, "has%s: %s", wanted ? "" : " no", visible))
        printf("# in:\n%s", text);
    free(visible);
    free(text);
}

static void has(report_write *write, const struct result *result, const char *words)
{
    look(write, result, words, true);
}

static void has_not(report_write *write, const struct result *result, const char *words)
{
    look(write, result, words, false);
}

static struct result *answered(unsigned answers)
{
    struct result *result = result_create("http://127.0.0.1:8080/<&>", WALL);

    result->kinds[KIND_NEW].clients = 8;
    for (unsigned i = 0; i < answers; i++)
        result_answer(result, KIND_NEW, (i + 1) * MS, 250, -1);
    return result;
}

static void fail(struct result *result, int64_t at, const char *why)
{
    struct let_down one = {.failure = FAILURE_REFUSED, .began = at - MS, .at = at, .port = 40123};

    one.wall = WALL + at;
    one.version = (int)result->versions_used - 1;
    snprintf(one.why, sizeof(one.why), "%s", why);
    result_let_down(result, &one);
}

static void restart(struct result *result, int64_t now, bool failed, const char *outcome)
{
    result_restart_begin(result, now);
    result_restart_end(result, now + 20 * MS, failed, outcome);
}

/* 1234 answers, a restart of a server that lets clients down, one that fails. */
static struct result *hostile(void)
{
    struct result *result = answered(1233);
    int version = result_version(result, HOSTILE, sizeof(HOSTILE) - 1);

    restart(result, 1300 * MS, false, "");
    result_answer(result, KIND_NEW, 1333 * MS, 7000, version);
    fail(result, 1400 * MS, HOSTILE);
    fail(result, 1500 * MS, "");
    restart(result, 1600 * MS, true, HOSTILE);
    result->kinds[KIND_KEEP_ALIVE].closed_idle = 12;
    result_end(result, 2000 * MS, 15 * MS);
    return result;
}

static void verdicts(void)
{
    struct result *result = answered(0);

    result_end(result, 10 * MS, 0);
    has(report_text, result, "\nNobody was answered.\n");
    has(report_json, result, "\"verdict\":\"no-answer\"");
    fail(result, 3 * MS, "");
    has(report_text, result, "\nNobody was answered: the only request failed.\n");
    result_free(result);

    result = answered(10239);
    has(report_text, result, "\nNo client was let down.\n");
    has(report_json, result, "\"verdict\":\"ok\"");
    restart(result, 20000 * MS, false, "");
    has(report_text, result, "\nNo client was let down.\n");
    fail(result, 30000 * MS, "");
    has(report_text, result, "\n1 of 10,240 requests failed: a client was let down.\n");
    fail(result, 30000 * MS, "");
    has(report_text, result, "\n2 of 10,241 requests failed: clients were let down.\n");
    has(report_json, result, "\"verdict\":\"let-down\"");
    result_free(result);
}

static void failed_restarts(void)
{
    struct result *result = answered(1);

    restart(result, 10 * MS, false, "");
    restart(result, 100 * MS, true, "exit 4");
    has(report_text, result, "\nNo client was let down. Restart 2 failed: exit 4\n");
    has(report_json, result, "\"verdict\":\"restart-failed\"");
    has(report_tap, result, "\nok 1 - restart 1: no client was let down\nnot ok 2 - restart 2");
    has(report_tap, result, "\n# the restart failed: exit 4\nok 3 - every request was answered\n");
    result_restart_begin(result, 200 * MS);
    has(report_text, result, " 2 of 3 restarts failed. The first: Restart 2 failed: exit 4\n");
    has(report_text, result, "was not over when the run ended");
    has(report_json, result, "\"took_ms\":null");
    result_answer(result, KIND_NEW, 300 * MS, 9, result_version(result, "1", 1));
    restart(result, 400 * MS, false, "");
    result_answer(result, KIND_NEW, 500 * MS, 9, result_version(result, "2", 1));
    has(report_text, result, "  1 -> 2\n");
    result_free(result);
}

static void tables(void)
{
    struct result *result = hostile();

    has(report_text, result, "http://127.0.0.1:8080/<&>: 8 new clients for 2.00 s, as fast as");
    has(report_text, result,
        "\nrestart 1  20 ms        1       2   100 ms   7.0 ms   7.0 ms   7.0 ms  <b>&");
    has(report_text, result,
        "\nall                 1,234       2   667 ms  0.25 ms  0.25 ms   7.0 ms\n");
    has(report_text, result, "\n    2  refused  new 2      1.40 s  <b>&");
    has(report_text, result,
        "\n12 idle connections were closed by the server, which is its right.\n");
    has(report_text, result, "\nThe machine stood still for 15 ms,");
    has(report_text, result, "40123");
    has_not(report_text, result, "\x1b");
    has_not(report_text, result, "\n# not ok 9");
    has_not(report_text, result, "left out");
    has_not(report_text, result, " -> ");
    result_free(result);
}

static void many_restarts(void)
{
    struct result *result = answered(1);

    for (int i = 1; i <= 100; i++) {
        result_restart_begin(result, i * 1000 * MS);
        result_restart_end(result, (i * 1000 + (i == 33 ? 500 : 20)) * MS, i == 44, "");
        if (i == 55)
            fail(result, 55000 * MS, "");
    }
    has(report_text, result, "\n97 more restarts are left out");
    has(report_text, result, "\nrestart 33  500 ms");
    has(report_text, result, "\nrestart 44");
    has(report_text, result, "\nrestart 55");
    has_not(report_text, result, "\nrestart 56");
    for (int i = 1; i <= 100; i++)
        result->windows[i].failed = 1;
    has(report_text, result, "\n69 more restarts are left out");
    has(report_text, result, "\nrestart 33  500 ms");
    result_free(result);
}

/* A member by a path of names and indices: "restarts.0.took_ms". */
static struct json_object *at(struct json_object *object, const char *path)
{
    char *copy = strdup(path), *rest = copy, *name;

    while ((name = strsep(&rest, ".")) != NULL) {
        if (json_object_is_type(object, json_type_array))
            object = json_object_array_get_idx(object, (size_t)atoi(name));
        else if (!json_object_object_get_ex(object, name, &object))
            printf("# no %s of %s\n", name, path);
    }
    free(copy);
    return object;
}

static void is_number(struct json_object *object, const char *path, double want)
{
    double got = json_object_get_double(at(object, path));

    if (!ok(got > want - 1e-6 && got < want + 1e-6, "%s is %g", path, want))
        printf("# got %.9f\n", got);
}

static void numbers(struct json_object *json)
{
    is_number(json, "answers", 1234);
    is_number(json, "failures.refused", 2);
    is_number(json, "seconds", 2);
    is_number(json, "started", 1700000000.123457);
    is_number(json, "standstill_ms", 15);
    is_number(json, "longest_silence_ms", 667);
    is_number(json, "latency_ms.max", 7);
    is_number(json, "latency_ms.p999", .251);
    is_number(json, "clients.0.clients", 8);
    is_number(json, "clients.0.failures.refused", 2);
    is_number(json, "before.answers", 1233);
    is_number(json, "restarts.0.begin", 1.3);
    is_number(json, "restarts.0.took_ms", 20);
    is_number(json, "restarts.0.latency_ms.mean", 7);
    is_number(json, "versions.0.first", 1.333);
    is_number(json, "let_down.0.began", 1.399);
    is_number(json, "let_down.0.restart", 1);
    is_number(json, "let_down.0.port", 40123);
    is_number(json, "timeline.width_ms", 10);
    is_number(json, "timeline.slots.133.2", 7);
    is_number(json, "timeline.slots.150.1", 1);
}

static void json(void)
{
    struct result *result = hostile();
    char *text = written(report_json, result);
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *json;

    setenv("TZ", "UTC-01:30", 1);
    tzset();
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    is_int(strlen(text), strcspn(text, "\n") + 1, "JSON is one line");
    json = json_tokener_parse_ex(tokener, text, (int)strlen(text));
    ok(json != NULL, "and valid, in UTF-8, whatever a server says");
    numbers(json);
    ok(at(json, "restarts.0.version_before") == NULL, "an unknown version is null");
    is_str(json_object_get_string(at(json, "versions.0.version")),
           "<b>&\"\x1b[2J\x01\n# not ok 9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
           "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbf"
           "z",
           "a version is kept as far as it is text");
    ok(!json_object_get_boolean(at(json, "restarts.1.ok")), "a restart failed");
    json_object_put(json);
    json_tokener_free(tokener);
    free(text);
    has(report_json, result, "\"time\":\"2023-11-14T23:43:21.523456+01:30\"");
    result_free(result);
}

static void xml(void)
{
    struct result *result = hostile();

    has(report_junit, result,
        "<testsuite name=\"grace probe http://127.0.0.1:8080/&lt;&amp;&gt;\"");
    has(report_junit, result, " tests=\"3\" failures=\"3\" errors=\"0\"");
    has(report_junit, result, "name=\"restart 1: no client was let down\" time=\"0.300\">");
    has(report_junit, result, "<failure message=\"2 of 3 requests failed\"/>");
    has(report_junit, result, "the restart failed: &lt;b&gt;&amp;&quot;");
    has(report_junit, result, "<system-out>http");
    has_not(report_junit, result, "\x1b");
    has_not(report_junit, result, "\x01");
    has_not(report_junit, result, "\xff");
    has_not(report_junit, result, "<b>");
    result->target = "a\x1b\x01\tb\xef\xbf\xbe\xff\xc3\xa4";
    has(report_junit, result, "name=\"grace probe a&#9;b\xef\xbf\xbd\xc3\xa4\"");
    has_not(report_tap, result, "\n# not ok 9");
    has(report_tap, result, "TAP version 13\n1..3\n# ");
    has(report_tap, result, "\nnot ok 3 - every request was answered\n# 2 of 1,236 requests");
    result_free(result);
}

int main(void)
{
    ok(report_find("junit") == report_junit, "a way to report is found");
    ok(report_find("jun") == NULL, "another is not");
    verdicts();
    failed_restarts();
    tables();
    many_restarts();
    json();
    xml();
    return done();
}
