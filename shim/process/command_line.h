/* SPDX-License-Identifier: ISC */
/*
 * The command that this process was started with.  A daemon that executes it once more, in its own
 * place (haproxy -W -D, when its worker runs), goes on as what it was.
 */
#ifndef GRACE_PROCESS_COMMAND_LINE_H
#define GRACE_PROCESS_COMMAND_LINE_H

#include <stdbool.h>
#include <stdint.h>

/* Constructor: the server may write over its arguments. */
void command_line_note(char *const argv[]);

/* The same arguments, perhaps with more behind them? */
bool command_line_begins(char *const argv[]);

/* A number for these arguments; 0 for none. */
uint32_t command_line_number(char *const argv[]);

#endif
