/* SPDX-License-Identifier: ISC */
#include "command_line/option.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_line/exit_codes.h"
#include "command_line/suggest.h"
#include "protocol/duration.h"

static const struct subcommand *current;
static char typed[64];

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

/* Where the option that getopt has just looked at stands: it stays at a word with more short ones
 * to come, and has skipped what is no option. */
static const char *word_of(char **argv, int before)
{
    if (optarg != NULL && optarg == argv[optind - 1])
        return argv[optind - 2];
    return optind > before && argv[optind - 1][0] == '-' ? argv[optind - 1] : argv[optind];
}

static bool is_long(const char *word)
{
    return strncmp(word, "--", 2) == 0;
}

static int length_of(const char *word)
{
    return (int)strcspn(word, "=");
}

static void remember(const char *word, int c)
{
    if (is_long(word))
        snprintf(typed, sizeof(typed), "%.*s", length_of(word), word);
    else
        snprintf(typed, sizeof(typed), "-%c", c);
}

const char *option_typed(void)
{
    return typed;
}

/* getopt takes a beginning for the only option that has it. */
static _Noreturn void ambiguous(const char *word, int length, const struct option *longs)
{
    char names[256] = "";

    for (const struct option *o = longs; o->name != NULL; o++)
        if (strncmp(o->name, word + 2, (size_t)length - 2) == 0) {
            strlcat(names, *names != '\0' ? " or --" : "--", sizeof(names));
            strlcat(names, o->name, sizeof(names));
        }
    option_error("%.*s could be %s", length, word, names);
}

static _Noreturn void long_bad(const char *word, const struct option *longs)
{
    int length = length_of(word), fitting = 0;
    struct suggestion near = {.word = word + 2, .length = (size_t)length - 2};

    for (const struct option *o = longs; o->name != NULL; o++) {
        fitting += strncmp(o->name, near.word, near.length) == 0;
        suggest_consider(&near, o->name);
    }
    if (fitting > 1 && near.length > 0)
        ambiguous(word, length, longs);
    if (near.name != NULL)
        option_error("%.*s isn't an option here (did you mean --%s?)", length, word, near.name);
    option_error("%.*s isn't an option here", length, word);
}

/* optopt is 0 for a long option that isn't known. */
static _Noreturn void option_bad(const char *word, int c, const struct option *longs)
{
    const char *what = c == ':' ? "needs a value" : "isn't an option here";

    if (is_long(word) && optopt == 0)
        long_bad(word, longs);
    if (is_long(word))
        option_error("%.*s %s", length_of(word), word, c == ':' ? what : "takes no value");
    if (word[2] != '\0')
        option_error("-%c of %s %s", optopt, word, what);
    option_error("-%c %s", optopt, what);
}

int option_next(int argc, char **argv, const char *shorts, const struct option *longs)
{
    static const struct option none[] = {{"help", no_argument, NULL, 'h'}, {0}};
    int before = optind, c;

    longs = longs != NULL ? longs : none;
    c = getopt_long(argc, argv, shorts, longs, NULL);
    if (c == '?' || c == ':')
        option_bad(word_of(argv, before), c, longs);
    if (c == 'h') {
        option_help(current);
        exit(fflush(stdout) == 0 ? EXIT_DONE : EXIT_FAILED);
    }
    if (c != -1)
        remember(word_of(argv, before), c);
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

int64_t option_duration(const char *text)
{
    int64_t ms;

    if (!duration_parse(text, &ms))
        option_error("%s '%s' isn't a duration such as 500ms, 10s, 2m or none", typed, text);
    return ms;
}
