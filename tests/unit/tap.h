/* SPDX-License-Identifier: ISC */
/*
 * tap.h: just enough TAP for a unit test, in one header.
 *
 *     #include "tap.h"
 *
 *     int main(void)
 *     {
 *         ok(list_empty(&list), "a new list is empty");
 *         is_int(list_count(&list), 0, "and has no entries");
 *         is_str(list_name(&list), "", "and no name");
 *         return done();
 *     }
 *
 * Each check prints its line at once, so a crash shows how far the test came; the plan is printed
 * by done(), so a test that ends before it has no plan and fails. All checks return whether they
 * held. The name may be a format: ok(x > 1, "x of %s", name).
 */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

#define TAP_PRINTF(format_at, args_at) __attribute__((format(printf, format_at, args_at)))

TAP_PRINTF(2, 0)
static inline bool tap_line(bool held, const char *format, va_list args)
{
    if (!held)
        tap_failed++;
    printf("%sok %d - ", held ? "" : "not ", ++tap_count);
    vprintf(format, args);
    putchar('\n');
    fflush(stdout);
    return held;
}

TAP_PRINTF(3, 4)
static inline bool tap_ok(bool held, const char *where, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tap_line(held, format, args);
    va_end(args);
    if (!held)
        printf("# false: %s\n", where);
    return held;
}

TAP_PRINTF(4, 5)
static inline bool tap_int(long long got, long long want, const char *where, const char *format,
                           ...)
{
    va_list args;
    va_start(args, format);
    tap_line(got == want, format, args);
    va_end(args);
    if (got != want)
        printf("# %s: got %lld, want %lld\n", where, got, want);
    return got == want;
}

TAP_PRINTF(4, 5)
static inline bool tap_str(const char *got, const char *want, const char *where, const char *format,
                           ...)
{
    bool same = got == want || (got != NULL && want != NULL && strcmp(got, want) == 0);
    va_list args;
    va_start(args, format);
    tap_line(same, format, args);
    va_end(args);
    if (!same)
        printf("# %s: got \"%s\", want \"%s\"\n", where, got ? got : "(null)",
               want ? want : "(null)");
    return same;
}

#define TAP_TEXT_(x) #x
#define TAP_TEXT(x)  TAP_TEXT_(x)
#define TAP_WHERE(x) __FILE__ ":" TAP_TEXT(__LINE__) ": " x

#define ok(condition, ...)     tap_ok((condition), TAP_WHERE(#condition), __VA_ARGS__)
#define is_int(got, want, ...) tap_int((got), (want), TAP_WHERE(#got), __VA_ARGS__)
#define is_str(got, want, ...) tap_str((got), (want), TAP_WHERE(#got), __VA_ARGS__)

/* The last line of main(): prints the plan and gives the exit status. */
static inline int done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failed > 0;
}

#endif
