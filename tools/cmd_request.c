/* SPDX-License-Identifier: ISC */
/* Restart, stop, signal and workers: of each server that is named, one after the other. */
#include "grace.h"

#include <ctype.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line/exit_codes.h"
#include "command_line/option.h"
#include "protocol/clock.h"
#include "protocol/user_socket.h"
#include "request/request.h"
#include "request/targets.h"

/* A restart takes those after the first, workers those that wait, a signal those for all. */
enum { FOR_RESTART = 1, FOR_WORKERS = 2, FOR_SIGNAL = 3 };

static const struct option options[] = {
    {"drain", no_argument, NULL, 'd'},         {"now", no_argument, NULL, 'n'},
    {"timeout", required_argument, NULL, 't'}, {"all", no_argument, NULL, 'a'},
    {"quiet", no_argument, NULL, 'q'},         {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},          {0}};

struct wish {
    struct request request;
    bool all, drain, now;
};

static struct wish read_wish(int argc, char **argv, const struct option *longs)
{
    struct wish wish = {.request = {.what = argv[0], .timeout = CLOCK_NEVER}};
    int c;

    while ((c = option_next(argc, argv, ":hq", longs)) != -1) {
        if (c == 'd')
            wish.drain = true;
        else if (c == 'n')
            wish.now = true;
        else if (c == 'a')
            wish.all = true;
        else if (c == 'q')
            wish.request.quiet = true;
        else if (c == 'j')
            wish.request.json = true;
        else
            wish.request.timeout = option_duration(optarg);
    }
    if (wish.drain && wish.now)
        option_error("--drain and --now: it has time for its connections, or none");
    return wish;
}

static struct targets read_targets(int argc, char **argv, const struct wish *wish)
{
    if (!wish->all && optind == argc)
        option_error("TARGET is missing: a name or a pid, or --all");
    if (!wish->all)
        return targets_named(argv + optind, (size_t)(argc - optind));
    if (optind < argc)
        option_error("'%s' and --all: name the servers, or take all", argv[optind]);
    return targets_all();
}

/* What is worse hides what is not: 1 before 2 before 3 before 4. */
static int worse(int a, int b)
{
    if (a == EXIT_DONE || b == EXIT_DONE)
        return a + b;
    return a < b ? a : b;
}

/* A new version that fails on one server fails on the next as well: what has to go on all the same
 * is told by the caller. */
static int run_each(struct wish *wish, const struct targets *targets, bool goes_on)
{
    int code = EXIT_DONE;

    wish->request.named = targets->n > 1;
    for (size_t i = 0; i < targets->n; i++)
        if (goes_on || code == EXIT_DONE)
            code = worse(code, request_run(&wish->request, &targets->list[i]));
        else
            request_skip(&wish->request, &targets->list[i]);
    return worse(code, targets->code);
}

int cmd_restart(int argc, char **argv)
{
    struct wish wish = read_wish(argc, argv, options + FOR_RESTART);
    struct targets targets = read_targets(argc, argv, &wish);

    wish.request.line = wish.now ? USER_SOCKET_RESTART_NOW : USER_SOCKET_RESTART;
    return run_each(&wish, &targets, false);
}

int cmd_stop(int argc, char **argv)
{
    struct wish wish = read_wish(argc, argv, options);
    struct targets targets = read_targets(argc, argv, &wish);

    wish.request.line = wish.now     ? USER_SOCKET_STOP_NOW
                        : wish.drain ? USER_SOCKET_DRAIN
                                     : USER_SOCKET_STOP;
    wish.request.ends = true;
    return run_each(&wish, &targets, true);
}

/* "HUP", "SIGHUP" or "1". */
static int signal_number(const char *text)
{
    const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text, *error;

    for (int sig = 1; sig < NSIG; sig++)
        if (sigabbrev_np(sig) != NULL && strcasecmp(name, sigabbrev_np(sig)) == 0)
            return sig;
    return (int)strtonum(text, 1, NSIG - 1, &error);
}

int cmd_signal(int argc, char **argv)
{
    struct wish wish = read_wish(argc, argv, options + FOR_SIGNAL);
    struct targets targets;
    char line[32];
    int sig;

    if (optind == argc)
        option_error("SIG is missing: a signal such as HUP, SIGUSR1 or 12");
    sig = signal_number(argv[optind]);
    if (sig == 0)
        option_error("'%s' isn't a signal such as HUP, SIGUSR1 or 12", argv[optind]);
    optind++;
    targets = read_targets(argc, argv, &wish);
    snprintf(line, sizeof(line), USER_SOCKET_SIGNAL "%d", sig);
    wish.request.line = line;
    return run_each(&wish, &targets, true);
}

/* "4", "+1" or "-1": how many, or how many more or fewer. */
static bool is_count(const char *text)
{
    const char *digits = text + (*text == '+' || *text == '-'), *error;

    strtonum(digits, 1, INT_MAX, &error);
    return error == NULL && isdigit((unsigned char)*digits);
}

/* In front of the options, where "-1" is none. */
static const char *take_count(int *argc, char ***argv)
{
    char *count = *argc > 1 && is_count((*argv)[1]) ? (*argv)[1] : NULL;

    if (count == NULL)
        return NULL;
    (*argv)[1] = (*argv)[0];
    ++*argv;
    --*argc;
    return count;
}

int cmd_workers(int argc, char **argv)
{
    const char *count = take_count(&argc, &argv);
    struct wish wish = read_wish(argc, argv, options + FOR_WORKERS);
    struct targets targets;
    char line[32];

    if (count == NULL && optind < argc)
        count = argv[optind++];
    if (count == NULL)
        option_error("N is missing: how many workers, such as 4, +1 or -1");
    if (!is_count(count))
        option_error("'%s' isn't a number of workers, such as 4, +1 or -1", count);
    targets = read_targets(argc, argv, &wish);
    snprintf(line, sizeof(line), USER_SOCKET_WORKERS "%s", count);
    wish.request.what = "change";
    wish.request.line = line;
    return run_each(&wish, &targets, true);
}
