/* SPDX-License-Identifier: ISC */
#include "probe/report/report.h"

#include <err.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "probe/report/cases.h"
#include "probe/words/figures.h"
#include "probe/words/xml.h"

/* What `print` prints, escaped. */
static void print_captured(void (*print)(const struct result *, unsigned, FILE *),
                           const struct result *result, unsigned number, FILE *out)
{
    char *text = NULL;
    size_t size;
    FILE *memory = open_memstream(&text, &size);

    if (memory == NULL)
        err(EXIT_FAILURE, "no memory for a report");
    print(result, number, memory);
    if (fclose(memory) != 0)
        err(EXIT_FAILURE, "no memory for a report");
    xml_text(out, text, UINT_MAX);
    free(text);
}

static void print_seconds(int64_t ns, FILE *out)
{
    fprintf(out, " time=\"%" PRId64 ".%03d\"", ns / 1000000000, (int)(ns / 1000000 % 1000));
}

static void print_case(const struct result *result, unsigned number, FILE *out)
{
    fputs("    <testcase classname=\"grace.probe\" name=\"", out);
    print_captured(case_name, result, number, out);
    putc('"', out);
    print_seconds(case_took(result, number), out);
    if (case_held(result, number)) {
        fputs("/>\n", out);
        return;
    }
    fputs(">\n      <failure message=\"", out);
    print_captured(case_why, result, number, out);
    fputs("\"/>\n    </testcase>\n", out);
}

static unsigned count_failures(const struct result *result)
{
    unsigned failures = 0;

    for (unsigned i = 1; i <= cases_count(result); i++)
        failures += !case_held(result, i);
    return failures;
}

static void text_of(const struct result *result, unsigned number, FILE *out)
{
    (void)number;
    report_text(result, out);
}

void report_junit(const struct result *result, FILE *out)
{
    unsigned n = cases_count(result);

    fputs(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"grace probe ",
        out);
    xml_text(out, result->target, UINT_MAX);
    fprintf(out, "\" tests=\"%u\" failures=\"%u\" errors=\"0\" timestamp=\"%.19s\"", n,
            count_failures(result), figure_date(result->started).text);
    print_seconds(result->ended, out);
    fputs(">\n", out);
    for (unsigned i = 1; i <= n; i++)
        print_case(result, i, out);
    fputs("    <system-out>", out);
    print_captured(text_of, result, 0, out);
    fputs("</system-out>\n  </testsuite>\n</testsuites>\n", out);
}
