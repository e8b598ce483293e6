/* SPDX-License-Identifier: ISC */
/* What the server is started with, each time. */
#ifndef GRACE_SUPERVISOR_STATE_COMMAND_H
#define GRACE_SUPERVISOR_STATE_COMMAND_H

struct command {
    const char *path; /* what to execute; without a slash it is looked up in PATH */
    char **argv;
    const char *library; /* absolute path of libgrace.so */
    const char *mask;    /* NULL, or the signal mask that the server is to have, in hexadecimal */
};

/* The directory that the server is started in, by its logical name; "" if it has none. Where we are
 * at the first call. */
const char *command_directory(void);

#endif
