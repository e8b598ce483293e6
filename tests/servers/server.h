/* SPDX-License-Identifier: ISC */
/*
 * server: a small HTTP/1.0 server that can wait, accept, close, fork and fail in every way that
 * real servers do. Reading order: main.c, way.h, worker.c, models.c.
 */
#ifndef SERVER_H
#define SERVER_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "way.h"

enum { LISTENERS_MAX = 16, WORKERS_MAX = 64 };

enum model { MODEL_SINGLE, MODEL_THREADS, MODEL_PREFORK, MODEL_FORK };
enum accepting { ACCEPT_ACCEPT, ACCEPT_ACCEPT4, ACCEPT_SYSCALL };
enum closing { CLOSE_CLOSE, CLOSE_FCLOSE, CLOSE_RANGE, CLOSE_DUP2, CLOSE_SYSCALL, CLOSE_SHUTDOWN };
enum pass { PASS_NONE, PASS_SCM, PASS_EXEC };
enum hup { HUP_DEFAULT, HUP_INSTALL, HUP_BLOCK, HUP_SIGWAIT, HUP_SIGNALFD, HUP_IGNORE };
enum sandbox { SANDBOX_NONE, SANDBOX_NO_NEW_PRIVS, SANDBOX_SECCOMP };
enum fault {
    FAULT_NONE,
    FAULT_EXIT,
    FAULT_CRASH,
    FAULT_AFTER_BIND,
    FAULT_NEVER_LISTEN,
    FAULT_HANG,
    FAULT_LATER
};

struct config {
    const struct way *way;
    enum model model;
    enum accepting accepting;
    enum closing closing;
    enum pass pass;
    enum hup hup;
    enum sandbox sandbox;
    enum fault fault;
    int fault_value; /* exit code, or milliseconds */
    unsigned workers;
    unsigned daemonize;                /* times */
    const char *listen[LISTENERS_MAX]; /* HOST:PORT, [HOST]:PORT, unix:PATH, unix:@NAME */
    unsigned listen_count;
    int v6only; /* -1: as the kernel likes */
    int backlog;
    const char *portfile;
    char *body; /* NULL: the PID of the main process */
    unsigned start_ms;
    unsigned slow_ms;
    const char *slow_until; /* NULL, or /slow is answered once this file exists */
    unsigned big_bytes;
    bool block_signals;
    bool one_altstack; /* all threads share a stack for signals, as varnish's do */
    bool print_fds;
    const char *notify; /* READY=1 is said when this file exists */
    int serve_fd;       /* -1, or the connection handed to an exec'd helper */
};

extern struct config config;

void options_parse(int argc, char **argv);

/* listeners.c: bound by listeners_bind(), listening after listeners_listen(). */
extern int listeners[LISTENERS_MAX];
extern unsigned listener_count;
void listeners_bind(void);
void listeners_listen(void);
void listeners_close(void);
bool is_listener(int fd);

/* models.c: spread the work over processes and threads; never returns. */
void model_run(void);

/* worker.c: one worker waits and serves; never returns. */
void worker_prepare(void);
void worker_run(void);

/* connection.c: a connection inside a wait loop. */
void connection_begin(void *set, int fd);
void connection_event(void *set, int fd);
/* Reads, answers and closes without a loop. */
void connection_serve_blocking(int fd);

/* answer.c: sends the whole answer to a request head. The caller frees the version's text. */
char *answer_version(void);
bool answer_is_slow(const char *head);
/* Of a slow answer: the milliseconds until it is asked again whether it is due. */
unsigned answer_pause(void);
bool answer_is_due(void);
void answer_send(int fd, const char *head);

/* accepting.c, release.c: --accept and --close. */
int accept_connection(int listener);
void close_connection(int fd);

/* dispatch.c: hands a connection to another process; false: serve it yourself. */
bool dispatch(int fd);
void dispatch_prepare(void);

/* hup.c: --hup and --block-signals. */
extern int hup_signalfd;
void hup_prepare(void);
void hup_start(void);
void hup_read_signalfd(void);

/* faults.c: --fail. */
void fault_before_bind(void);
void fault_before_listen(void);
void fault_after_listen(void);

/* settling.c: --daemonize; --sandbox and --notify. */
void settle_before_bind(void);
void settle_after_listen(void);

/* inspect.c: what the process has; the caller frees the text. */
char *inspect_fds(void);
char *inspect_env(void);
char *inspect_pid(void);

/* main.c */
extern pid_t main_pid;
void sleep_ms(unsigned ms);

#endif
