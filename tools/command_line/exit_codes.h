/* SPDX-License-Identifier: ISC */
/* The exit codes that the subcommands of grace have in common. */
#ifndef EXIT_CODES_H
#define EXIT_CODES_H

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_BAD_USAGE = 2,
    EXIT_NO_TARGET = 3,
    EXIT_TIMED_OUT = 4,
    EXIT_NOT_RUN = 125 /* of `grace run`, whose other codes are the server's */
};

#endif
