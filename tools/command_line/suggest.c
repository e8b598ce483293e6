/* SPDX-License-Identifier: ISC */
#include "command_line/suggest.h"

#include <stdint.h>
#include <string.h>

enum { LONGEST = 32, BEGINNING = 3 /* so much of a name says which one is meant */ };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Characters that are missing, too many or others, and neighbours that are swapped, count 1. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t d[LONGEST + 1][LONGEST + 1];

    if (n > LONGEST || m > LONGEST)
        return SIZE_MAX;
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            d[i][j] = least(d[i][j], least(d[i - 1][j], d[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[n][m];
}

/* A third of it may be wrong: nobody who types `foo` means `run`. */
void suggest_consider(struct suggestion *best, const char *name)
{
    size_t length = best->length > 0 ? best->length : strlen(best->word);
    size_t far = distance(best->word, length, name, strlen(name));

    if (far > length / 3 && (length < BEGINNING || strncmp(best->word, name, length) != 0))
        return;
    if (best->name == NULL || far < best->distance) {
        best->name = name;
        best->distance = far;
    }
}
