/* SPDX-License-Identifier: ISC */
/* What the ways to copy a descriptor have in common. */
#ifndef COPYING_H
#define COPYING_H

/* Any way: a copy of a listener serves, a copy of a connection keeps it. */
void copying_probe(int (*copy)(int fd));

/* The ways that name the copy, and so close what was there. */
void copying_onto_probe(int (*copy)(int fd, int to));

/* fcntl() and fcntl64() */
void copying_fcntl_probe(int (*call)(int fd, int cmd, ...));

#endif
