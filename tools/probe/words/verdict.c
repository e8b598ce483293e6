/* SPDX-License-Identifier: ISC */
#include "probe/words/verdict.h"

#include <stdlib.h>

#include "probe/words/figures.h"
#include "probe/words/text.h"

enum verdict verdict_of(const struct result *result)
{
    if (result_answers(result) == 0)
        return VERDICT_NO_ANSWER;
    if (result_failed(result) > 0)
        return VERDICT_LET_DOWN;
    return result_restarts_failed(result) > 0 ? VERDICT_RESTART_FAILED : VERDICT_OK;
}

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"ok", "let-down", "restart-failed", "no-answer"};

    return names[verdict];
}

void restart_print(const struct window *window, FILE *out)
{
    char *outcome = text_visible(window->outcome);

    if (window->restart_end == 0)
        fputs("was not over when the run ended", out);
    else
        fprintf(out, "failed%s%s", *outcome ? ": " : "", outcome);
    free(outcome);
}

void verdict_requests(uint64_t failed, uint64_t answers, FILE *out)
{
    fprintf(out, "%s of %s requests failed", figure_count(failed).text,
            figure_count(failed + answers).text);
}

static void print_clients(const struct result *result, FILE *out)
{
    uint64_t answers = result_answers(result), failed = result_failed(result);

    if (answers == 0 && failed == 0) {
        fputs("Nobody was answered.", out);
    } else if (answers == 0 && failed == 1) {
        fputs("Nobody was answered: the only request failed.", out);
    } else if (answers == 0) {
        fprintf(out, "Nobody was answered: all %s requests failed.", figure_count(failed).text);
    } else if (failed == 0) {
        fputs("No client was let down.", out);
    } else {
        verdict_requests(failed, answers, out);
        fputs(failed == 1 ? ": a client was let down." : ": clients were let down.", out);
    }
}

/* The first one that failed, and how many in all. */
static void print_restarts(const struct result *result, FILE *out)
{
    unsigned failed = result_restarts_failed(result), first = 1;

    if (failed == 0)
        return;
    while (!result_restart_failed(&result->windows[first]))
        first++;
    if (failed > 1)
        fprintf(out, " %u of %u restarts failed. The first:", failed, result_restarts(result));
    fprintf(out, " Restart %u ", first);
    restart_print(&result->windows[first], out);
    if (*result->windows[first].outcome == '\0' || result->windows[first].restart_end == 0)
        putc('.', out);
}

void verdict_print(const struct result *result, FILE *out)
{
    print_clients(result, out);
    print_restarts(result, out);
}

static void line_restarts(const struct result *result, FILE *out)
{
    unsigned all = result_restarts(result), failed = result_restarts_failed(result);

    if (all == 0)
        return;
    if (failed == 0)
        fprintf(out, all == 1 ? ", and the restart worked" : ", and all %u restarts worked", all);
    else if (all == 1)
        fputs(", and the restart failed", out);
    else
        fprintf(out, ", and %u of %u restarts failed", failed, all);
}

void verdict_line(const struct result *result, FILE *out)
{
    uint64_t failed = result_failed(result), answers = result_answers(result);

    if (answers == 0)
        fputs("No request was answered", out);
    else if (failed == 0)
        fprintf(out, "No client was let down in %s requests", figure_count(answers).text);
    else
        verdict_requests(failed, answers, out);
    line_restarts(result, out);
}
