/* SPDX-License-Identifier: ISC */
/* Pictures of runs. `t_probe_picture svg|chart NAME` shows the one of a sample. */
#include <locale.h>
#include <stdlib.h>

#include "probe/picture/columns.h"
#include "probe/picture/picture.h"
#include "probe_samples.h"
#include "tap.h"
#include "well_formed.h"

enum { COLUMNS_MOST = 600 };

static char *picture(void (*draw)(const struct result *, FILE *), const struct result *result)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    draw(result, out);
    fclose(out);
    return text;
}

static unsigned count(const char *text, const char *what)
{
    unsigned n = 0;

    for (; (text = strstr(text, what)) != NULL; text++)
        n++;
    return n;
}

static unsigned failing(const struct columns *columns)
{
    unsigned n = 0;

    for (unsigned i = 0; i < columns->used; i++)
        n += columns->all[i].failed > 0;
    return n;
}

/* Nothing is counted twice or lost, and no time is left out. */
static void has_all(const char *name, const struct result *result, const struct columns *columns)
{
    uint64_t answers = 0, failed = 0;
    int64_t end = 0;
    bool joined = true;

    for (unsigned i = 0; i < columns->used; i++) {
        joined &= columns->all[i].begin == end && columns->all[i].end > end;
        end = columns->all[i].end;
        answers += columns->all[i].answers;
        failed += columns->all[i].failed;
    }
    ok(joined && end == columns->length && columns->used <= COLUMNS_MOST, "%s: columns", name);
    ok(answers == result_answers(result), "%s: all answers are in one of them", name);
    ok(failed == result_failed(result), "%s: all failures are in one of them", name);
}

static void check_svg(const char *name, const struct result *result, const struct columns *columns)
{
    char *svg = picture(report_svg, result);

    is_str(well_formed(svg), NULL, "%s: the SVG is well-formed", name);
    ok(mbstowcs(NULL, svg, 0) != (size_t)-1, "%s: and UTF-8", name);
    is_int(count(svg, "class=\"band"), result_restarts(result), "%s: a band for each restart",
           name);
    is_int(count(svg, "class=\"band bad"), result_restarts_failed(result), "%s: those that failed",
           name);
    is_int(count(svg, "class=\"fail\""), failing(columns), "%s: a mark where requests failed",
           name);
    ok(strlen(svg) < 200000, "%s: not long", name);
    ok(strstr(svg, "nan") == NULL && strstr(svg, "inf") == NULL, "%s: numbers are numbers", name);
    free(svg);
}

/* The widest line, in characters. */
static size_t width(const char *text)
{
    size_t widest = 0, now = 0;

    for (; *text != '\0'; text++) {
        now = *text == '\n' ? 0 : now + ((*text & 0xc0) != 0x80);
        widest = now > widest ? now : widest;
    }
    return widest;
}

static void check_chart(const char *name, const struct result *result)
{
    static const char *const columns[] = {"80", "40", "5000"};
    char *chart;

    for (unsigned i = 0; i < 3; i++) {
        setenv("COLUMNS", columns[i], 1);
        chart = picture(report_chart, result);
        ok(width(chart) < (size_t)atoi(columns[i]), "%s: a chart of %s columns", name, columns[i]);
        ok(strchr(chart, '\033') == NULL, "%s: without colours", name);
        is_int(count(chart, "\xe2\x9c\x97") > 0, result_failed(result) > 0, "%s: failures", name);
        free(chart);
    }
    setenv("COLUMNS", "80", 1);
    setlocale(LC_CTYPE, "C");
    chart = picture(report_chart, result);
    bool ascii = true;
    for (const char *c = chart; *c != '\0'; c++)
        ascii &= (*c & 0x80) == 0;
    ok(ascii && width(chart) < 80, "%s: in ASCII", name);
    free(chart);
    setlocale(LC_CTYPE, "C.UTF-8");
}

static void check_sample(const struct sample *sample)
{
    struct result *result = sample_make(sample);
    struct columns columns;

    columns_make(&columns, result, COLUMNS_MOST);
    has_all(sample->name, result, &columns);
    check_svg(sample->name, result, &columns);
    check_chart(sample->name, result);
    columns_free(&columns);
    result_free(result);
}

/* A slot that the end of the run cuts off holds less than others, in less time. */
static void steady(double seconds)
{
    struct sample sample = {.target = "", .version = "", .seconds = seconds, .rate = 10000};
    struct result *result = sample_make(&sample);
    struct columns columns;
    double lowest = 1e9, highest = 0;

    columns_make(&columns, result, COLUMNS_MOST);
    for (unsigned i = 0; i < columns.used; i++) {
        double rate = columns.all[i].rate[0] + columns.all[i].rate[1];
        lowest = rate < lowest ? rate : lowest;
        highest = rate > highest ? rate : highest;
    }
    ok(lowest > 9000 && highest < 11000, "%g s at an even rate have no drop: %.0f to %.0f", seconds,
       lowest, highest);
    columns_free(&columns);
    result_free(result);
}

/* What a row shows right of its axis. */
static const char *row(const char *chart, const char *label)
{
    static char line[256];
    const char *found = strstr(chart, label);

    snprintf(line, sizeof(line), "%.*s", found ? (int)strcspn(found, "\n") : 0, found ? found : "");
    return strstr(line, "+") ? strstr(line, "+") + 1 : line;
}

/* Ten seconds in 20 cells, of which two are without an answer. */
static void gap(void)
{
    struct result *result = result_create("", 0);
    const int64_t ms = 1000000;

    for (int64_t at = 0; at < 10000; at += 5)
        if (at < 5000 || at >= 6000)
            result_answer(result, KIND_NEW, at * ms, at < 9000 ? 500 : 50000, -1);
    struct let_down let_down = {.failure = FAILURE_REFUSED, .at = 5100 * ms, .version = -1};
    for (unsigned i = 0; i < 12; i++)
        result_let_down(result, &let_down);
    result_restart_begin(result, 5000 * ms);
    result_restart_end(result, 7400 * ms, false, "");
    result_restart_begin(result, 8000 * ms);
    result_end(result, 10000 * ms, 0);
    setenv("COLUMNS", "33", 1);
    setlocale(LC_CTYPE, "C");
    char *chart = picture(report_chart, result);
    is_str(row(chart, " 100 +"), "##########  ########", "a gap in the throughput");
    is_str(row(chart, "100 ms +"), "                  ::", "answers that were slow");
    is_str(row(chart, " 1 ms +"), "::::::::::  ::::::##", "and others");
    is_str(row(chart, "12 failed +"), "          x", "failures");
    is_str(row(chart, "restarts +"), "          1---- 2!--", "one restart, and one without an end");
    is_str(row(chart, " ++"), "+---------+---------", "ticks");
    ok(strstr(chart, "\n            0         5 s\n") != NULL, "and their times");
    free(chart);
    result_free(result);
    setlocale(LC_CTYPE, "C.UTF-8");
}

static int show(const char *way, const char *name)
{
    const struct sample *sample = sample_find(name);

    setlocale(LC_CTYPE, "");
    if (sample == NULL)
        return 2;
    struct result *result = sample_make(sample);
    (strcmp(way, "svg") == 0 ? report_svg : report_chart)(result, stdout);
    result_free(result);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return show(argv[1], argv[2]);
    setlocale(LC_CTYPE, "C.UTF-8");
    for (const struct sample *sample = samples; sample->name != NULL; sample++)
        check_sample(sample);
    static const double lengths[] = {0.005, 0.0999, 1.003, 7.777, 10.0051, 61.0049};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++)
        steady(lengths[i]);
    gap();
    return done();
}
