/* SPDX-License-Identifier: ISC */
#include "supervisor/state/signal_name.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    char name[6];
    int number;
} names[] = {
    {"HUP", SIGHUP},   {"INT", SIGINT},   {"QUIT", SIGQUIT},   {"USR1", SIGUSR1},
    {"USR2", SIGUSR2}, {"TERM", SIGTERM}, {"WINCH", SIGWINCH}, {"ALRM", SIGALRM},
    {"KILL", SIGKILL}, {"CONT", SIGCONT}, {"PWR", SIGPWR},     {"URG", SIGURG},
};

const char *signal_name(int sig)
{
    const char *name = sigabbrev_np(sig);
    static char digits[16];

    if (name)
        return name;
    snprintf(digits, sizeof digits, "%d", sig);
    return digits;
}

static bool parse_number(const char *text, int *sig)
{
    char *end;
    long number = strtol(text, &end, 10);

    *sig = (int)number;
    return isdigit((unsigned char)*text) && *end == '\0' && number >= 1 && number <= 64;
}

bool signal_parse(const char *text, int *sig)
{
    if (strncasecmp(text, "SIG", 3) == 0)
        text += 3;
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcasecmp(text, names[i].name) == 0) {
            *sig = names[i].number;
            return true;
        }
    return parse_number(text, sig);
}
