/* SPDX-License-Identifier: ISC */
/* What the subcommands of grace share: exit codes and entry points. */
#ifndef GRACE_H
#define GRACE_H

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
int cmd_signal(int argc, char **argv);
int cmd_logs(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_probe(int argc, char **argv);

#endif
