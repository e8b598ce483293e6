/* SPDX-License-Identifier: ISC */
/* What execve() of a file would start, read from the file before it is done. */
#ifndef GRACE_SUPERVISOR_KERNEL_EXECUTABLE_H
#define GRACE_SUPERVISOR_KERNEL_EXECUTABLE_H

#include <stdbool.h>
#include <stddef.h>

/* Where execvp() would find the command; false with errno. */
bool executable_find(const char *command, char *path, size_t size);

/* Would this very dynamic loader load it, and heed LD_ variables?  A static program has none,
 * another libc another one, and a setuid program's reads none. Of a script its interpreter. */
bool executable_is_loaded_by(const char *path, const char *loader);

#endif
