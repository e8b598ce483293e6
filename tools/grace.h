/* SPDX-License-Identifier: ISC */
/* The subcommands of grace. */
#ifndef GRACE_H
#define GRACE_H

/* A subcommand: argv[0] is its name; the result is the exit code (command_line/exit_codes.h). */
int cmd_run(int argc, char **argv);
int cmd_restart(int argc, char **argv);
int cmd_stop(int argc, char **argv);
int cmd_signal(int argc, char **argv);
int cmd_workers(int argc, char **argv);
int cmd_logs(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_probe(int argc, char **argv);

#endif
