/* SPDX-License-Identifier: ISC */
#include "grace.h"

#include <err.h>
#include <stdlib.h>

#include "library.h"
#include "option.h"

/* Values start above the characters, so that only -m and -s have a short form. The supervisor alone
 * judges the values: they reach it the same way under a bare LD_PRELOAD. */
static const struct option options[] = {
    {"signal", required_argument, NULL, 's'},
    {"ready", required_argument, NULL, 256},
    {"ready-timeout", required_argument, NULL, 257},
    {"settle", required_argument, NULL, 258},
    {"probation", required_argument, NULL, 259},
    {"drain-timeout", required_argument, NULL, 260},
    {"stop-signal", required_argument, NULL, 261},
    {"stop-timeout", required_argument, NULL, 262},
    {"max-old", required_argument, NULL, 263},
    {"name", required_argument, NULL, 264},
    {"log", required_argument, NULL, 265},
    {"log-level", required_argument, NULL, 266},
    {"pidfile", required_argument, NULL, 267},
    {"mode", required_argument, NULL, 'm'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static const char *const variables[] = {
    "GRACE_READY",         "GRACE_READY_TIMEOUT", "GRACE_SETTLE",       "GRACE_PROBATION",
    "GRACE_DRAIN_TIMEOUT", "GRACE_STOP_SIGNAL",   "GRACE_STOP_TIMEOUT", "GRACE_MAX_OLD",
    "GRACE_NAME",          "GRACE_LOG",           "GRACE_LOG_LEVEL",    "GRACE_PIDFILE",
};

static void pass_option(int option, const char *value)
{
    const char *variable = option == 's'   ? "GRACE_SIGNAL"
                           : option == 'm' ? "GRACE_MODE"
                                           : variables[option - 256];

    if (setenv(variable, value, 1) != 0)
        err(EXIT_NOT_RUN, "can't put %s into the environment", variable);
}

int cmd_run(int argc, char **argv)
{
    int c;

    while ((c = option_next(argc, argv, "+:hm:s:", options)) != -1)
        pass_option(c, optarg);
    if (optind == argc)
        option_error("COMMAND is missing: name the server to start");
    library_exec(argv + optind);
}
