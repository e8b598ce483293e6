/* SPDX-License-Identifier: ISC */
/* Where libgrace.so is, and how it is started as the supervisor. */
#ifndef LIBRARY_H
#define LIBRARY_H

/* Becomes the supervisor of `command`, or ends the program with EXIT_NOT_RUN and a reason. */
_Noreturn void library_exec(char **command);

#endif
