/* SPDX-License-Identifier: ISC */
/* What the ways to remove, rename or link the path of a UNIX socket have in common. */
#ifndef UNLINKING_H
#define UNLINKING_H

void unlinking_probe(int (*call)(const char *path));
void renaming_probe(int (*call)(const char *from, const char *to));
void linking_probe(int (*call)(const char *from, const char *to));

/* What is in the directory, in order. */
void show_directory(void);

#endif
