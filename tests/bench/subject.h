/* SPDX-License-Identifier: ISC */
/*
 * The server the benchmarks measure: one epoll loop that does what its connections say, a line
 * each, and answers with a line.
 */
#ifndef SUBJECT_H
#define SUBJECT_H

/* The socket all rows use where they need a listener. */
extern int subject_listener;

/* "row NAME N": N rounds of one call, inside rows_measure(). 0, or -1: no such row. */
int rows_run(const char *name, int n);

/* "watch": from now on a thread notes the longest time in which it did not run. */
void stall_watch(void);

/* "gap": that time in microseconds. The thread ends. */
long stall_gap_us(void);

#endif
