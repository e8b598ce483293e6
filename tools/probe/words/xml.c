/* SPDX-License-Identifier: ISC */
#include "probe/words/xml.h"

#include <stdbool.h>
#include <stdint.h>

#include "probe/words/utf8.h"

static bool is_forbidden(int32_t c)
{
    return (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0xfffe || c == 0xffff;
}

/* Newlines stay as they are: people look into such files, too. */
static void put(FILE *out, int32_t c, const char *text, unsigned bytes)
{
    if (c < 0)
        fputs(UTF8_REPLACEMENT, out);
    else if (c == '<')
        fputs("&lt;", out);
    else if (c == '>')
        fputs("&gt;", out);
    else if (c == '&')
        fputs("&amp;", out);
    else if (c == '"')
        fputs("&quot;", out);
    else if (c == '\t' || c == '\r')
        fprintf(out, "&#%d;", (int)c);
    else
        fwrite(text, 1, bytes, out);
}

void xml_text(FILE *out, const char *text, unsigned most)
{
    for (unsigned bytes; *text != '\0'; text += bytes) {
        int32_t c = utf8_decode(text, &bytes);
        if (c >= 0 && is_forbidden(c))
            continue;
        if (most-- == 0) {
            fputs("\xe2\x80\xa6", out);
            return;
        }
        put(out, c, text, bytes);
    }
}
