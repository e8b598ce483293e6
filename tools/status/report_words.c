/* SPDX-License-Identifier: ISC */
#include "status/report_words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probe/words/text.h"
#include "supervisors/answer.h"

void words_text(FILE *out, const char *text)
{
    char *visible = text_visible(text);

    fputs(visible, out);
    free(visible);
}

void words_count(FILE *out, int64_t n)
{
    const int flags = HN_DECIMAL | HN_NOSPACE | HN_DIVISOR_1000;
    char text[8];

    if (humanize_number(text, 5, n, "", HN_AUTOSCALE, flags) < 0)
        fprintf(out, "%" PRId64, n);
    else
        fputs(text, out);
}

void words_seconds(FILE *out, int64_t s)
{
    if (s < 60)
        fprintf(out, "%ds", s > 0 ? (int)s : 0);
    else if (s < 3600)
        fprintf(out, "%dm%02ds", (int)(s / 60), (int)(s % 60));
    else if (s < 86400)
        fprintf(out, "%dh%02dm", (int)(s / 3600), (int)(s / 60 % 60));
    else
        fprintf(out, "%" PRId64 "d%02dh", s / 86400, (int)(s / 3600 % 24));
}

void words_restart(FILE *out, struct json_object *status)
{
    struct json_object *last = answer_object(status, "last_restart");
    const char *result = answer_text(last, "result"), *reason = answer_text(last, "reason");

    if (last == NULL) {
        fputs("never", out);
        return;
    }
    words_text(out, strcmp(result, "rolled_back") == 0 ? "rolled back" : result);
    putc(' ', out);
    words_seconds(out, (int64_t)time(NULL) - answer_number(last, "at"));
    fputs(" ago", out);
    if (*reason != '\0')
        fputs(": ", out);
    words_text(out, reason);
}
