/* SPDX-License-Identifier: ISC */
/*
 * The user socket, <runtime directory>/<pid>.sock, for the same user and root.  A client sends
 * one line, `status`, `restart`, `stop` or `stop drain`, and reads lines until end of file:
 * `step TEXT` as things happen, at last `done TEXT`, `failed TEXT` or `busy TEXT`; for status
 * one line of JSON.
 */
#ifndef GRACE_USER_H
#define GRACE_USER_H

#include <stdbool.h>
#include <stddef.h>

/* Without the socket the server is served all the same; a line says so. */
void user_open(void);
void user_close(void);

/* The runtime directory, made if need be; false where there is none that only we can write to. */
bool user_directory(char *dir, size_t size);

/* Where that is, or would be. False: its path is too long for a socket in it. */
bool user_runtime_path(char *dir, size_t size);

/* Adds to the pollset what to wait on; handles what has come of it. */
void user_poll(void);
void user_handle(void);

/* A restart has ended: tells those who wait for it. */
void user_restart_ended(bool ready, const char *text);

/* The supervisor ends: tells those who wait for a stop. */
void user_stopped(const char *text);

#endif
