/* SPDX-License-Identifier: ISC */
/*
 * The options: GRACE_* variables, because LD_PRELOAD has no command line.  A bad value stops the
 * start with one line that names variable, value and what is allowed; a GRACE_ variable that
 * nobody knows is reported, for it is probably a misspelt one.
 *
 * Elsewhere: GRACE_HANDOFF (protocol/handoff.h), GRACE_PRELOAD, GRACE_AUDITOR (preload_list.h
 * there), LD_PRELOAD and LD_AUDIT (auditor) are ours, GRACE_GENERATION and so on for commands of
 * the user (step/user_command), GRACE_WORKER for each of several workers (step/spawn).  Of others
 * we read XDG_RUNTIME_DIR (protocol/user_socket) and PWD (directory), rewrite LISTEN_PID and
 * WATCHDOG_PID (step/spawn) and NOTIFY_SOCKET (front/systemd/sd_notify).  tools/ sets those of its
 * options (cmd_run), and reads GRACE_RUNTIME_DIR itself (supervisors/runtime, supervisors/orphan).
 */
#ifndef GRACE_SUPERVISOR_STATE_OPTIONS_H
#define GRACE_SUPERVISOR_STATE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/page.h"
#include "supervisor/state/log.h"

enum { OPTIONS_WORKERS = 64 /* at most */, OPTIONS_RESPAWNS = 100 /* too */, OPTIONS_NO_NICE = 20 };

/* How generations follow each other; AUTO: side by side, until a lock is seen to forbid it. */
enum mode { MODE_AUTO, MODE_OVERLAP, MODE_SEQUENTIAL };

/* Where the service manager has one, if it says so, or nothing of it. */
enum fd_store { FD_STORE_AUTO, FD_STORE_ON, FD_STORE_OFF };

enum ready_how { READY_AUTO, READY_NOTIFY, READY_DELAY, READY_EXEC };

struct options {
    int signal;             /* GRACE_SIGNAL: asks for a restart */
    enum mode mode;         /* GRACE_MODE */
    enum ready_how ready;   /* GRACE_READY */
    const char *ready_text; /* as it is written */
    int64_t ready_delay;    /* its T, ms */
    const char *ready_exec; /* its CMD */
    int64_t ready_timeout;  /* durations in ms, CLOCK_NEVER for none */
    int64_t settle;
    int64_t probation;
    bool require_listeners;
    int64_t drain_timeout;
    enum keep_alive keep_alive; /* GRACE_KEEPALIVE */
    int drain_signal;           /* GRACE_DRAIN_SIGNAL, 0: none */
    bool term_drains;           /* GRACE_TERM: SIGTERM ends us when all has drained */
    int stop_signal;            /* 0: as the program wants it (stop_signals); SIGKILL for none */
    int64_t stop_timeout;
    int max_old;
    int workers;                /* copies of the server, at the start */
    int respawns;               /* starts after a crash, 0: none [GRACE_RESPAWN] */
    int64_t respawn_within;     /* in this time */
    const char *respawn;        /* both, as they are written */
    int64_t max_age;            /* of a generation that serves; then a restart */
    const char *before_restart; /* commands, NULL: none */
    const char *on_event;
    bool keep_children;
    enum fd_store fd_store;  /* GRACE_FD_STORE */
    const char *chdir;       /* where the server starts, NULL: where we were started */
    const char *envdir;      /* variables for it, a file each, NULL: none */
    const char *user;        /* "USER" or "USER:GROUP", NULL: the supervisor's */
    int nice;                /* OPTIONS_NO_NICE: the supervisor's */
    const char *pidfile;     /* the server's own, NULL: none is named */
    const char *own_pidfile; /* GRACE_SUPERVISOR_PIDFILE: ours, NULL: none is wanted */
    const char *name;        /* NULL: the command's base name */
    const char *runtime_dir; /* NULL: the default */
    const char *log;         /* "stderr", "syslog" or a path */
    enum log_level log_level;
};

/* Reads the environment and takes the variables out of it. On a bad value writes the line to
 * standard error and returns false. */
bool options_read(struct options *o);

/* "auto" and so on. */
const char *options_mode_name(enum mode mode);

#endif
