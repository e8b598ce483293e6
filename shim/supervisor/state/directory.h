/* SPDX-License-Identifier: ISC */
/*
 * Where the server starts.  A release is switched by a symbolic link, so what counts is the path
 * by which the directory was reached, and the kernel does not keep that.  $PWD tells it, or an
 * argument that leads by a link to where we are; a service manager may give neither.  Then a link
 * that named the directory at the start is watched: to follow it would be a guess, for a server
 * that is to stay with its release is started just so.
 */
#ifndef GRACE_SUPERVISOR_STATE_DIRECTORY_H
#define GRACE_SUPERVISOR_STATE_DIRECTORY_H

#include <stdbool.h>

/* The path of this process's directory, by $PWD or by what is executed with these arguments, else
 * as it is; "": it has none any more. */
const char *directory_find(const char *path, char *const argv[]);

/* Remembers the links that lead here, where nothing of these tells. Once command and options are
 * known. */
void directory_watch(void);

/* Is GRACE_CHDIR, if it is set, a directory?  False after one line on standard error. */
bool directory_check(void);

/* In a child: goes where the server starts; from its second generation on the path counts, and no
 * longer where we are.  NULL, or the path that could not be taken, with errno. */
const char *directory_enter(bool again);

/* The path by a link that led to where the server starts and now leads elsewhere, or nowhere, if
 * that is not the path we take; NULL: there is none.  It reads the link alone and waits for no
 * directory that somebody else has put there. */
const char *directory_forsaken(void);

#endif
