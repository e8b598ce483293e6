/* SPDX-License-Identifier: ISC */
#include "probe/report/report.h"

#include <stdlib.h>

#include "probe/report/cases.h"
#include "probe/words/figures.h"
#include "probe/words/text.h"

static void print_case(const struct result *result, unsigned number, FILE *out)
{
    bool held = case_held(result, number);

    fprintf(out, "%sok %u - ", held ? "" : "not ", number);
    case_name(result, number, out);
    putc('\n', out);
    if (held)
        return;
    fputs("# ", out);
    case_why(result, number, out);
    putc('\n', out);
}

static void print_failures(const struct result *result, FILE *out)
{
    for (enum failure failure = 0; failure < FAILURES; failure++) {
        uint64_t n = result_failed_as(result, failure);
        if (n > 0)
            fprintf(out, "# %s: %s times: %s\n", failure_name(failure), figure_count(n).text,
                    failure_words(failure));
    }
}

static void print_times(const struct result *result, FILE *out)
{
    uint64_t p99 = histogram_percentile(&result->latency, 99);

    fprintf(out, "# %s answers, 99 %% of them within %s; none for %s at most\n",
            figure_count(result_answers(result)).text, figure_duration((int64_t)p99 * 1000).text,
            figure_duration(result->silence).text);
}

void report_tap(const struct result *result, FILE *out)
{
    unsigned n = cases_count(result);
    char *target = text_visible(result->target);

    fprintf(out, "TAP version 13\n1..%u\n# %s\n", n, target);
    free(target);
    for (unsigned i = 1; i <= n; i++)
        print_case(result, i, out);
    print_failures(result, out);
    print_times(result, out);
}
