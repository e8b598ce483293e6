/* SPDX-License-Identifier: ISC */
/* Processes, threads and signals for the probes. */
#ifndef ACTORS_H
#define ACTORS_H

#include <sys/types.h>
#include <pthread.h>
#include <signal.h>

/* Runs body in a forked child that then exits with its result; prints how it ended. */
void in_child(const char *what, int (*body)(void));
void show_exit(const char *what, pid_t pid);

/* A thread, returned once it sleeps in the kernel. */
pthread_t blocked_thread(void *(*body)(void *), void *arg);
/* Prints how it ended: cancelled or not. */
void show_join(const char *what, pthread_t thread);

/* SIGALRM again and again with a handler that does nothing, until alarms_stop(): whatever blocks
 * is interrupted, however late it begins. */
void alarms_start(int flags);
void alarms_stop(void);

/* What the process sees of a signal's action. */
void show_action(int sig);
/* Which of SIGUSR1, SIGUSR2, SIGALRM are blocked. */
void show_mask(void);
/* A handler to install; how often it ran. */
void note_signal(int sig);
extern volatile sig_atomic_t noted;

sigset_t set_of(int sig);

#endif
