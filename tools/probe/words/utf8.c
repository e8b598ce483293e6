/* SPDX-License-Identifier: ISC */
#include "probe/words/utf8.h"

#include <err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* By hand: the locale need not be one of UTF-8, and libc's functions depend on it. A NUL never
 * continues a character, so this ends at the end of the text. */
int32_t utf8_decode(const char *text, unsigned *bytes)
{
    static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)text[0];
    unsigned n = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    int32_t c = n == 1 ? first : first & (0x7f >> n);

    *bytes = 1;
    if (n == 0 || first > 0xf4)
        return -1;
    for (unsigned i = 1; i < n; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return -1;
        c = c << 6 | (text[i] & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return -1;
    *bytes = n;
    return c;
}

char *utf8_valid(const char *text)
{
    char *valid = malloc(strlen(text) * strlen(UTF8_REPLACEMENT) + 1), *to = valid;

    if (valid == NULL)
        err(EXIT_FAILURE, "no memory for a report");
    for (unsigned bytes; *text != '\0'; text += bytes) {
        bool good = utf8_decode(text, &bytes) >= 0;
        to = mempcpy(to, good ? text : UTF8_REPLACEMENT, good ? bytes : strlen(UTF8_REPLACEMENT));
    }
    *to = '\0';
    return valid;
}
