/* SPDX-License-Identifier: ISC */
#include "grace.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line/exit_codes.h"
#include "command_line/option.h"
#include "library.h"

/* The supervisor alone judges the values: they reach it the same way under a bare LD_PRELOAD. Only
 * -m and -s have a short form; the others' numbers stand for no character. */
static const struct option options[] = {
    {"signal", required_argument, NULL, 's'},
    {"mode", required_argument, NULL, 'm'},
    {"ready", required_argument, NULL, 1},
    {"ready-timeout", required_argument, NULL, 2},
    {"settle", required_argument, NULL, 3},
    {"probation", required_argument, NULL, 4},
    {"drain-timeout", required_argument, NULL, 5},
    {"stop-signal", required_argument, NULL, 6},
    {"stop-timeout", required_argument, NULL, 7},
    {"max-old", required_argument, NULL, 8},
    {"name", required_argument, NULL, 9},
    {"log", required_argument, NULL, 10},
    {"log-level", required_argument, NULL, 11},
    {"pidfile", required_argument, NULL, 12},
    {"chdir", required_argument, NULL, 13},
    {"require-listeners", no_argument, NULL, 14},
    {"respawn", optional_argument, NULL, 15},
    {"term", required_argument, NULL, 16},
    {"supervisor-pidfile", required_argument, NULL, 17},
    {"before-restart", required_argument, NULL, 18},
    {"on-event", required_argument, NULL, 19},
    {"envdir", required_argument, NULL, 20},
    {"user", required_argument, NULL, 21},
    {"nice", required_argument, NULL, 22},
    {"max-age", required_argument, NULL, 23},
    {"fd-store", required_argument, NULL, 24},
    {"workers", required_argument, NULL, 25},
    {"drain-signal", required_argument, NULL, 26},
    {"keep-alive", required_argument, NULL, 27},
    {"help", no_argument, NULL, 'h'},
    {0},
};

/* --ready-timeout is GRACE_READY_TIMEOUT; --keep-alive is one word where a socket option is, too.
 */
static void pass_option(int c, const char *value)
{
    const struct option *option = options;
    char variable[32] = "GRACE_";
    size_t n = strlen(variable);
    const char *name;

    while (option->val != c)
        option++;
    name = strcmp(option->name, "keep-alive") == 0 ? "keepalive" : option->name;
    for (const char *p = name; *p != '\0'; p++)
        variable[n++] = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
    if (setenv(variable, value, 1) != 0)
        err(EXIT_NOT_RUN, "can't put %s into the environment", variable);
}

/* Blocks all signals: one that arrives from now on is kept until the supervisor can read it. */
static char *block_signals(void)
{
    unsigned long long bits = 0;
    sigset_t all, before;
    char *option;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    for (int sig = 1; sig <= 64; sig++)
        bits |= (unsigned long long)(sigismember(&before, sig) == 1) << (sig - 1);
    if (asprintf(&option, "--mask=%llx", bits) < 0)
        err(EXIT_NOT_RUN, NULL);
    return option;
}

/* Becomes the supervisor: {loader, library, "--mask=HEX", "--", command...}. */
static _Noreturn void supervise(char **command, int words)
{
    const char *library = library_find();
    char *argv[words + 5];

    if (library == NULL)
        errx(EXIT_NOT_RUN, "can't read %s (%s): install libgrace.so there", LIBGRACE_PATH,
             strerror(errno));
    argv[0] = (char *)INTERPRETER;
    argv[1] = (char *)library;
    argv[2] = block_signals();
    argv[3] = (char *)"--";
    memcpy(argv + 4, command, ((size_t)words + 1) * sizeof(*argv));
    execv(library, argv + 1);
    /* Packages and copies often lose the x bit of a library; the loader doesn't need it. */
    if (errno == EACCES)
        execv(argv[0], argv);
    err(EXIT_NOT_RUN, "can't execute %s", library);
}

int cmd_run(int argc, char **argv)
{
    int c;

    while ((c = option_next(argc, argv, "+:hm:s:", options)) != -1)
        pass_option(c, optarg ? optarg : "on");
    if (optind == argc)
        option_error("COMMAND is missing: name the server to start");
    supervise(argv + optind, argc - optind);
}
