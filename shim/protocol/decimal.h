/* SPDX-License-Identifier: ISC */
/* Numbers as text without snprintf(), and back: in vfork children and in signal handlers. */
#ifndef GRACE_PROTOCOL_DECIMAL_H
#define GRACE_PROTOCOL_DECIMAL_H

#include <limits.h>
#include <stddef.h>

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

/* The process that the digits at the beginning of text[n] name; 0: they are none, or too many. */
static inline int decimal_pid(const char *text, size_t n)
{
    long pid = 0;

    for (size_t i = 0; i < n && text[i] >= '0' && text[i] <= '9' && pid <= INT_MAX; i++)
        pid = pid * 10 + (text[i] - '0');
    return pid <= INT_MAX ? (int)pid : 0;
}

#endif
