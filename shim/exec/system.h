/* SPDX-License-Identifier: ISC */
/*
 * system(), for libc's own takes the environment of its shell from environ: no other thread may
 * ever see ours there, and to change it while others read it would be the end of the server.
 */
#ifndef GRACE_EXEC_SYSTEM_H
#define GRACE_EXEC_SYSTEM_H

/* What system() does and returns; the shell is started by posix_spawn(). */
int system_run(const char *command);

/* A fork child has only the thread that called fork. */
void system_reset(void);

#endif
