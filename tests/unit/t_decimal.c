/* SPDX-License-Identifier: ISC */
#include "protocol/decimal.h"

#include <limits.h>

#include "tap.h"

static void test_pids(void)
{
    static const struct {
        const char *text;
        int pid;
    } cases[] = {
        {"1234\n", 1234},
        {"1", 1},
        {"42 and more", 42},
        {"0", 0},
        {"", 0},
        {"\n", 0},
        {"-5", 0},
        {"x1", 0},
        {"2147483647", INT_MAX},
        {"2147483648", 0},
        {"4294967297", 0},
        {"99999999999999999999", 0},
        {"18446744073709551617", 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        is_int(decimal_pid(cases[i].text, strlen(cases[i].text)), cases[i].pid, "\"%s\"",
               cases[i].text);
    is_int(decimal_pid("1234", 2), 12, "no further than it is told");
}

static void test_put(void)
{
    char text[16];

    decimal_put(text, UINT_MAX);
    is_str(text, "4294967295", "the largest");
    decimal_put(text, 0);
    is_str(text, "0", "the least");
}

int main(void)
{
    test_pids();
    test_put();
    return done();
}
