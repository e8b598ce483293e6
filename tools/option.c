/* SPDX-License-Identifier: ISC */
#include "option.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grace.h"
#include "protocol/duration.h"

static const struct subcommand *current;

void option_begin(const struct subcommand *command)
{
    current = command;
    opterr = 0;
}

void option_help(const struct subcommand *command)
{
    printf("usage: grace %s %s\n\n%s\n", command->name, command->arguments, command->summary);
    if (*command->options != '\0')
        printf("\n%s", command->options);
    if (strstr(command->arguments, "TARGET") != NULL)
        puts("\nTARGET is a name (see 'grace status') or the pid of any process of the server.");
}

void option_error(const char *format, ...)
{
    va_list ap;

    fprintf(stderr, "grace%s%s: ", current ? " " : "", current ? current->name : "");
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    if (current == NULL || strcmp(current->name, "help") == 0)
        fputs("; see 'grace help'\n", stderr);
    else
        fprintf(stderr, "; see 'grace help %s'\n", current->name);
    exit(current ? current->bad_usage : EXIT_BAD_USAGE);
}

/* getopt tells a bad long option only by its place, a bad short one only by its letter. */
static _Noreturn void option_bad(char **argv, int c)
{
    const char *what = c == ':' ? "needs a value" : "isn't an option here";
    const char *word = argv[optind - 1];

    if (strncmp(word, "--", 2) == 0)
        option_error("%s %s", word, what);
    option_error("-%c %s", optopt, what);
}

int option_next(int argc, char **argv, const char *shorts, const struct option *longs)
{
    static const struct option none[] = {{"help", no_argument, NULL, 'h'}, {0}};
    int c = getopt_long(argc, argv, shorts, longs ? longs : none, NULL);

    if (c == '?' || c == ':')
        option_bad(argv, c);
    if (c == 'h') {
        option_help(current);
        exit(fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED);
    }
    return c;
}

const char *option_argument(int argc, char **argv)
{
    if (argc - optind > 1)
        option_error("unexpected argument '%s'", argv[optind + 1]);
    return argv[optind];
}

const char *option_target(int argc, char **argv, bool needed)
{
    const char *target = option_argument(argc, argv);

    if (target != NULL ? *target == '\0' : needed)
        option_error("TARGET is missing: a name or a pid");
    return target;
}

int64_t option_duration(const char *option, const char *text)
{
    int64_t ms;

    if (!duration_parse(text, &ms))
        option_error("%s '%s' isn't a duration such as 500ms, 10s, 2m or none", option, text);
    return ms;
}
