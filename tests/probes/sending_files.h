/* SPDX-License-Identifier: ISC */
/* sendfile(), by whichever name. */
#ifndef SENDING_FILES_H
#define SENDING_FILES_H

#include <sys/types.h>

/* Errors, offsets, lengths, full pipes, ends that are closed, signals. It cancels nothing. */
void sending_files_probe(ssize_t (*call)(int to, int from, off_t *offset, size_t n));

#endif
