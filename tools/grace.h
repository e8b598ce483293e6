/* SPDX-License-Identifier: ISC */
/* What the subcommands of grace share: exit codes, entry points, the command line. */
#ifndef GRACE_H
#define GRACE_H

#include <getopt.h>
#include <stdbool.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_BAD_USAGE = 2,
    EXIT_NO_TARGET = 3,
    EXIT_TIMED_OUT = 4,
    EXIT_NOT_RUN = 125 /* of `grace run`, whose other codes are the server's */
};

/* A subcommand: argv[0] is its name; the result is the exit code. */
int cmd_run(int argc, char **argv);
int cmd_restart(int argc, char **argv);
int cmd_stop(int argc, char **argv);
int cmd_status(int argc, char **argv);

/* getopt_long() that prints the command's help for -h and ends the program on a bad option. */
int option_next(int argc, char **argv, const char *shorts, const struct option *longs);

/* The only argument left after the options, NULL if there is none and none is needed. */
const char *option_target(int argc, char **argv, bool needed);

/* Ends the program with one line on stderr that points to the command's help. */
_Noreturn void usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
