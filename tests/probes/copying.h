/* SPDX-License-Identifier: ISC */
/* What the ways to copy a descriptor have in common. */
#ifndef COPYING_H
#define COPYING_H

#include <stdbool.h>

/* Any way: a copy of a listener serves, a copy of a connection keeps it. */
void copying_probe(int (*copy)(int fd));

/* The ways that name the copy, and so close what was there. */
void copying_onto_probe(int (*copy)(int fd, int to));

/* Any way to ask for a number whether it is open: every one that is, is the server's. */
void copying_open_probe(bool (*answers)(int fd));

/* fcntl() and fcntl64() */
void copying_fcntl_probe(int (*call)(int fd, int cmd, ...));

#endif
