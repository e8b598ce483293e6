/* SPDX-License-Identifier: ISC */
/* What freopen() and freopen64() have in common. */
#ifndef REOPENING_H
#define REOPENING_H

#include <stdio.h>

void reopening_probe(FILE *(*call)(const char *path, const char *mode, FILE *file));

#endif
