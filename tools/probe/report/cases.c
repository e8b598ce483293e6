/* SPDX-License-Identifier: ISC */
#include "probe/report/cases.h"

#include "probe/words/verdict.h"

unsigned cases_count(const struct result *result)
{
    return result_restarts(result) + 1;
}

/* Of the restart of this number; NULL: it is the whole. */
static const struct window *window_of(const struct result *result, unsigned number)
{
    return number < result->windows_used ? &result->windows[number] : NULL;
}

void case_name(const struct result *result, unsigned number, FILE *out)
{
    if (window_of(result, number) != NULL)
        fprintf(out, "restart %u: no client was let down", number);
    else
        fputs("every request was answered", out);
}

bool case_held(const struct result *result, unsigned number)
{
    const struct window *window = window_of(result, number);

    if (window != NULL)
        return window->failed == 0 && !result_restart_failed(window);
    return result_failed(result) == 0 && result_answers(result) > 0;
}

int64_t case_took(const struct result *result, unsigned number)
{
    const struct window *window = window_of(result, number);

    return window != NULL ? window->end - window->begin : result->ended;
}

void case_why(const struct result *result, unsigned number, FILE *out)
{
    const struct window *window = window_of(result, number);

    if (case_held(result, number))
        return;
    if (window == NULL && result_failed(result) == 0) {
        fputs("nobody was answered", out);
    } else if (window == NULL) {
        verdict_requests(result_failed(result), result_answers(result), out);
    } else {
        if (window->failed > 0)
            verdict_requests(window->failed, window->answers, out);
        if (result_restart_failed(window)) {
            fprintf(out, "%sthe restart ", window->failed > 0 ? "; " : "");
            restart_print(window, out);
        }
    }
}
