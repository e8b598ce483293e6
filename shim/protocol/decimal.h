/* SPDX-License-Identifier: ISC */
/* Numbers as text without snprintf(): in vfork children and in signal handlers. */
#ifndef GRACE_PROTOCOL_DECIMAL_H
#define GRACE_PROTOCOL_DECIMAL_H

/* Writes the number and a NUL; returns where that is. */
static inline char *decimal_put(char *to, unsigned number)
{
    char digits[10];
    int n = 0;

    do
        digits[n++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (n > 0)
        *to++ = digits[--n];
    *to = '\0';
    return to;
}

#endif
