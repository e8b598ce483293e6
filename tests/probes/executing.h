/* SPDX-License-Identifier: ISC */
/* What the ways to execute a program have in common. */
#ifndef EXECUTING_H
#define EXECUTING_H

#include <sys/types.h>
#include <spawn.h>

/*
 * A way to execute `path` with arguments "name" and "x"; returns only if that failed.  A call that
 * takes an environment passes `envp`, or environ where it is NULL.
 */
typedef int exec_call(const char *path, char *const envp[]);

enum executing {
    EXEC_TAKES_ENVIRONMENT = 1,
    EXEC_SEARCHES_PATH = 2,
    EXEC_RUNS_SCRIPTS = 4, /* a file without a #! line is given to the shell */
};

extern char *const executing_argv[];
extern char *const executing_envp[];

/* In forked and vforked children, before and after the process serves. */
void executing_probe(exec_call *call, unsigned kind);

/* The same with a child that the call itself makes: returns 0 or an error number. */
typedef int spawn_call(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attr, char *const argv[], char *const envp[]);

void executing_spawn_probe(spawn_call *call, const char *name);

/* The program that shows what it receives. */
const char *executing_child(void);

#endif
