/* SPDX-License-Identifier: ISC */
/*
 * The user socket, <runtime directory>/<pid>.sock of each supervisor, for the same user and root.
 * A client sends one line, a request, and reads lines until end of file: `step TEXT` as things
 * happen, `taken` when what it wants will be done or tried whether it waits or not, at last `done
 * TEXT`, `failed TEXT`, or `busy TEXT` where nothing was begun; for status one line of JSON.
 * Whether it is ready is done if a generation serves.
 *
 * `grace` and a supervisor may be of different versions: what one of them does not know it says, so
 * a word that is new may be said only to who has asked for something that is.
 */
#ifndef GRACE_PROTOCOL_USER_SOCKET_H
#define GRACE_PROTOCOL_USER_SOCKET_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

#define USER_SOCKET_STATUS      "status"
#define USER_SOCKET_READY       "ready"
#define USER_SOCKET_RESTART     "restart"
#define USER_SOCKET_RESTART_NOW "restart now"
#define USER_SOCKET_STOP        "stop"
#define USER_SOCKET_DRAIN       "stop drain"
#define USER_SOCKET_STOP_NOW    "stop now"
#define USER_SOCKET_SIGNAL      "signal "  /* and its number */
#define USER_SOCKET_WORKERS     "workers " /* and how many are wanted: 4, +1 or -1 */
#define USER_SOCKET_LOGS        "logs "    /* and how many of the last lines */
#define USER_SOCKET_FOLLOW      "follow "  /* the same, `taken`, and each line that comes */

#define USER_SOCKET_STEP    "step"
#define USER_SOCKET_TAKEN   "taken"
#define USER_SOCKET_LINE    "line" /* of the log */
#define USER_SOCKET_DONE    "done"
#define USER_SOCKET_FAILED  "failed"
#define USER_SOCKET_REFUSED "busy"

/* What a step begins with that explains the verdict, and stands best behind it: a line that the
 * failed version has written to standard error; what may help. */
#define USER_SOCKET_SAID "| "
#define USER_SOCKET_HINT "hint: "

/* The text of `failed` where a supervisor does not know the request. */
#define USER_SOCKET_UNKNOWN "unknown request"

/* Where the runtime directory is, or would be; `own` is GRACE_RUNTIME_DIR, NULL if it is not set.
 * False: its path is longer than that. */
bool user_socket_directory(char *dir, size_t size, const char *own);

/* The pid of "<pid>.sock", 0 for any other name. */
pid_t user_socket_pid(const char *name);

/* What a supervisor that was killed has left there: its socket, and the directory in which it was
 * making a placeholder. */
void user_socket_remove(int dir, pid_t pid);

#endif
