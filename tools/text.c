/* SPDX-License-Identifier: ISC */
#include "text.h"

#include <err.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <vis.h>
#include <wchar.h>

#include "grace.h"

char *text_format(const char *format, ...)
{
    char *text;
    va_list ap;
    int n;

    va_start(ap, format);
    n = vasprintf(&text, format, ap);
    va_end(ap);
    if (n < 0)
        err(EXIT_FAILED, "can't print");
    return text;
}

char *text_visible(const char *text)
{
    char *visible = NULL;

    if (stravis(&visible, text, VIS_CSTYLE | VIS_TAB | VIS_NL) < 0)
        err(EXIT_FAILED, "can't print '%.60s'", text);
    return visible;
}

char *text_count(int64_t n)
{
    const int flags = HN_DECIMAL | HN_NOSPACE | HN_DIVISOR_1000;
    char text[8];

    if (humanize_number(text, 5, n, "", HN_AUTOSCALE, flags) < 0)
        return text_format("%" PRId64, n);
    return text_format("%s", text);
}

char *text_age(int64_t started)
{
    int64_t s = (int64_t)time(NULL) - started;

    if (s < 60)
        return text_format("%ds", s > 0 ? (int)s : 0);
    if (s < 3600)
        return text_format("%dm%02ds", (int)(s / 60), (int)(s % 60));
    if (s < 86400)
        return text_format("%dh%02dm", (int)(s / 3600), (int)(s / 60 % 60));
    return text_format("%" PRId64 "d%02dh", s / 86400, (int)(s / 3600 % 24));
}

size_t text_fit(const char *text, int columns, int *taken)
{
    mbstate_t state = {0};
    size_t bytes = 0, n;
    wchar_t c;

    *taken = 0;
    while ((n = mbrtowc(&c, text + bytes, MB_CUR_MAX, &state)) != 0) {
        int width = 1;
        if (n > MB_CUR_MAX) { /* not of this locale: count it as it will most likely be shown */
            n = 1;
            state = (mbstate_t){0};
        } else if (wcwidth(c) >= 0) {
            width = wcwidth(c);
        }
        if (width > columns - *taken)
            break;
        *taken += width;
        bytes += n;
    }
    return bytes;
}
