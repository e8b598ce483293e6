/* SPDX-License-Identifier: ISC */
#ifndef TRUNCATING_H
#define TRUNCATING_H

#include <sys/types.h>

/* What truncate() and ftruncate() have in common: a file of 10 bytes, by its path. */
void truncating_probe(int (*call)(const char *path, off_t size));

/* By an open file. */
void truncating_open_probe(int (*call)(int fd, off_t size));

#endif
