/* SPDX-License-Identifier: ISC */
/*
 * What tells the library, preloaded by a unit's Environment= or the shell that a server was started
 * from, that it is in `grace` itself: the program exports this symbol, whatever its file is called.
 * It is no server, and what it starts (`grace probe --restart-command`) is none of its.
 */
#ifndef GRACE_PROTOCOL_COMMAND_MARK_H
#define GRACE_PROTOCOL_COMMAND_MARK_H

/* NULL is its address in all other programs. */
extern const char grace_command_mark __attribute__((weak, visibility("default")));

#endif
