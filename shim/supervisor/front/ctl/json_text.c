/* SPDX-License-Identifier: ISC */
#include "supervisor/front/ctl/json_text.h"

#include "supervisor/state/escape.h"

void json_text(FILE *out, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    putc('"', out);
    while (*p) {
        unsigned n = utf8_length(p);

        if (n == 0)
            fputs("\\ufffd", out);
        else if (*p == '"' || *p == '\\')
            fprintf(out, "\\%c", *p);
        else if (utf8_is_control(p, n))
            fprintf(out, "\\u%04x", utf8_code(p, n));
        else
            fwrite(p, 1, n, out);
        p += n ? n : 1;
    }
    putc('"', out);
}

void json_text_member(FILE *out, const char *name, const char *text)
{
    if (!*text)
        return;
    fprintf(out, ",\"%s\":", name);
    json_text(out, text);
}
