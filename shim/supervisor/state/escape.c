/* SPDX-License-Identifier: ISC */
#include "supervisor/state/escape.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

unsigned utf8_code(const unsigned char *p, unsigned n)
{
    unsigned c = n > 1 ? *p & (0xffU >> (n + 1)) : *p;

    for (unsigned i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3f);
    return c;
}

unsigned utf8_length(const unsigned char *p)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned n = *p < 0x80 ? 1 : *p < 0xc0 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : *p < 0xf8 ? 4 : 0;
    unsigned c;

    for (unsigned i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    c = utf8_code(p, n);
    return c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : n;
}

/* C0, DEL and C1; separators of lines and paragraphs; marks and overrides of direction. */
bool utf8_is_control(const unsigned char *p, unsigned n)
{
    unsigned c = utf8_code(p, n);

    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200e && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

size_t escape_text(char *to, size_t size, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t used = 0;

    while (*p) {
        unsigned n = utf8_length(p);
        bool plain = n > 0 && !utf8_is_control(p, n);

        n = n ? n : 1;
        if (used + (plain ? n : 4 * n) >= size)
            break;
        if (plain)
            memcpy(to + used, p, n);
        for (unsigned i = 0; !plain && i < n; i++)
            snprintf(to + used + 4 * i, 5, "\\x%02x", p[i]);
        used += plain ? n : 4 * n;
        p += n;
    }
    to[used] = '\0';
    return used;
}
