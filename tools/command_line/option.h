/* SPDX-License-Identifier: ISC */
/* The command line of a subcommand, and what its help says about it. */
#ifndef OPTION_H
#define OPTION_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

struct subcommand {
    const char *name;
    int (*run)(int argc, char **argv);
    int bad_usage; /* exit code for a bad command line */
    const char *arguments;
    const char *summary;
    const char *options;
};

/* From now on it is this one's command line. */
void option_begin(const struct subcommand *command);

/* Prints how a command is used. */
void option_help(const struct subcommand *command);

/* getopt_long() that prints the command's help for -h and ends the program on a bad option. */
int option_next(int argc, char **argv, const char *shorts, const struct option *longs);

/* The only argument left after the options, or NULL; ends the program if there are more. */
const char *option_argument(int argc, char **argv);

/* The same, where it is a server's name or pid; ends the program if one is needed and missing. */
const char *option_target(int argc, char **argv, bool needed);

/* The option that was returned last as it was typed, for what is said of its value. */
const char *option_typed(void);

/* Its value as "500ms", "10s", "2m", "1h", "0" or "none", in milliseconds; ends the program on
 * anything else. */
int64_t option_duration(const char *text);

/* Ends the program with one line on stderr that points to the command's help. */
_Noreturn void option_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
