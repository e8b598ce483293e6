/* SPDX-License-Identifier: ISC */
/* Directories that others can change, on the way to a file of ours. */
#ifndef GRACE_SUPERVISOR_KERNEL_DIRECTORY_H
#define GRACE_SUPERVISOR_KERNEL_DIRECTORY_H

/* The directory of the file of this absolute path, and the file's name in it: a descriptor to work
 * below (O_PATH), or -1 with errno.  Symbolic links are followed where root or our user made them
 * in a directory of theirs, as /var/run is one; -1 with ELOOP at any other. */
int directory_of(const char *path, const char **name);

#endif
