/* SPDX-License-Identifier: ISC */
/* What the calls that move data have in common: pipes, socket pairs and TCP connections to move it
 * through, and somebody at the other end while the caller sleeps. */
#ifndef DATA_WAYS_H
#define DATA_WAYS_H

enum {
    DATA_HAS_FLAGS = 1, /* of MSG_*, and so takes sockets only */
    DATA_CANCELS = 2,   /* is a cancellation point */
};

/* What is written to the one end is read from the other. */
struct way {
    const char *name;
    int from, to;
};

enum {
    WAY_PIPE,
    WAY_PAIR,
    WAY_LOCAL, /* a UNIX connection */
    WAY_TCP,
    WAYS,
};

/* Of a connection, the end that was accepted is the one to read from; or to write to. */
struct way way_open(int kind);
struct way way_open_back(int kind);
void way_close(const struct way *way);

/* Until nothing more goes into it. Not for TCP, which makes room again in
 * its own time. */
void way_fill(const struct way *way);
/* Takes all that is there; returns how much. */
long way_empty(const struct way *way);
/* How many bytes are there to be read; until there are so many: TCP's take their time. */
int way_there(int fd);
void way_await(int fd, long n);
/* Until the other end is known to be closed. */
void way_await_end(int fd);

/* A call under way in this thread is interrupted by a handler: without SA_RESTART; and with it,
 * while another thread relieves the sleeper once it has been interrupted twice. `again` makes the
 * call. */
void interrupted_probe(long (*again)(const struct way *way), void (*relieve)(const struct way *way),
                       const struct way *way);

/* A thread is cancelled asleep in the call, and before it; it is relieved where the call cancels
 * nothing. */
void cancelled_probe(long (*again)(const struct way *way), void (*relieve)(const struct way *way),
                     const struct way *way, unsigned kind);

/* SIGPIPE is noted, and the count of that is shown. */
void pipe_signal_note(void);
void pipe_signal_show(void);

#endif
