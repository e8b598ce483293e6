/* SPDX-License-Identifier: ISC */
/* The directory in which supervisors have their sockets. */
#ifndef RUNTIME_H
#define RUNTIME_H

#include <sys/types.h>

/* An fd of the directory, -1 if it isn't there. Ends the program if somebody else could have
 * put sockets into it. */
int runtime_directory(void);

/* Its path, for messages. */
const char *runtime_path(void);

/* The pids that have a socket in it, in ascending order; free() them. */
size_t runtime_list(pid_t **pids);

#endif
