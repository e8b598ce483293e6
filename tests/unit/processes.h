/* SPDX-License-Identifier: ISC */
#ifndef TESTS_PROCESSES_H
#define TESTS_PROCESSES_H

#include "supervisor/kernel/procfs.h"

/*
 * Real processes for unit tests.  The test is their supervisor, and a subreaper
 * like it; a case is between begin() and end(), which ends all it has started.
 */
enum { WHO = 8 };
struct shared {
    pid_t pid[WHO];
    _Atomic int forks;
};
extern struct shared *shared;

/* Once at the start; returns count_fds(). */
int setup(void);
int count_fds(void);
void begin(void);
void end(void);

/* A process says that it is where it should be; the test waits for so many. */
void tell(void);
void hear(int times);

/* Processes that wait at the gate go on when the test opens it. */
void gate_wait(void);
void gate_open(void);

/* shared->pid[who] = own pid, tell(), wait to be killed; in a child. */
_Noreturn void stay(int who);
pid_t fork_stay(int who);

/* Waits until the process is dead. */
void gone(pid_t pid);

/* From here on the system call fails with ENOSYS when its first argument is
 * arg (-1: any). */
int refuse(long nr, long arg);

#endif
