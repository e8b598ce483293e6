/* SPDX-License-Identifier: ISC */
#include "supervisor/set_up.h"

#include <sys/prctl.h>
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/front/signals.h"
#include "supervisor/front/systemd/sd_notify.h"
#include "supervisor/kernel/io.h"
#include "supervisor/kernel/procfs.h"
#include "supervisor/kernel/rlimits.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/recovery/recover.h"
#include "supervisor/recovery/restore.h"
#include "supervisor/restart/restart.h"
#include "supervisor/state/directory.h"
#include "supervisor/state/envdir.h"
#include "supervisor/state/log.h"
#include "supervisor/state/own_pid_file.h"
#include "supervisor/state/record.h"
#include "supervisor/state/run_as.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/spawn.h"

/* Nobody may read standard error any more, or not yet. */
static void complain(const char *why, const char *consequence)
{
    struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};

    if (poll(&p, 1, 0) == 1)
        dprintf(STDERR_FILENO, "grace: %s%s\n", why, consequence);
}

static _Noreturn void give_up(const char *why)
{
    int status;

    complain(why, "; the server runs without grace");
    sd_notify_withdraw();
    prctl(PR_SET_CHILD_SUBREAPER, 0); /* it would outlive the exec */
    spawn_unwrapped();
    status = errno == ENOENT ? 127 : 126;
    complain(supervisor_error_text(supervisor.command.path), "");
    _exit(status);
}

static void say_what_is_missing(void)
{
    if (!procfs_usable())
        log_line(LEVEL_WARNING,
                 "/proc is not mounted here: restarts go by what the server's processes count, and "
                 "those that leave their process group are not seen; mount it");
}

/* A running server does not lose its new supervisor because of a file. */
static bool open_log(bool recovered)
{
    const struct options *o = &supervisor.options;

    if (log_open(o->log, o->log_level))
        return true;
    if (recovered)
        log_line(LEVEL_WARNING, "GRACE_LOG=%s: %s; the log goes to standard error", o->log,
                 io_error());
    else
        fprintf(stderr, "grace: GRACE_LOG=%s: %s; name a file that can be written\n", o->log,
                io_error());
    return recovered;
}

static bool create_pid_file(void)
{
    const char *why;

    if (own_pid_file_create(&why))
        return true;
    fprintf(stderr, "grace: GRACE_SUPERVISOR_PIDFILE=%s: %s\n", supervisor.options.own_pidfile,
            why);
    return false;
}

/* Returns where signals are read. */
static int prepare(void)
{
    int signals = signals_open();

    /* what a look at many connections took goes back at once: the supervisor stays small */
    mallopt(M_MMAP_THRESHOLD, 16384);
    mallopt(M_TRIM_THRESHOLD, 16384);
    mallopt(M_TOP_PAD, 4096);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (signals < 0)
        give_up(supervisor_error_text("signalfd"));
    say_what_is_missing();
    terminal_open();
    if (!sd_notify_open(supervisor.options.ready == READY_NOTIFY))
        give_up(supervisor_error_text("socket for NOTIFY_SOCKET"));
    return signals;
}

/* The file is that of the one before, which was killed. */
static void recover(void)
{
    const char *why;

    recover_server();
    if (!own_pid_file_create(&why))
        log_line(LEVEL_WARNING, "GRACE_SUPERVISOR_PIDFILE=%s: %s", supervisor.options.own_pidfile,
                 why);
}

static void start_server(void)
{
    const char *why;
    int failed;

    record_publish();
    failed = restart_first(&why);
    if (failed == SPAWN_UNABLE)
        give_up(why);
    if (failed) {
        own_pid_file_remove();
        exit(failed);
    }
}

bool set_up_options(bool recovered)
{
    spawn_prepare();
    signals_block();
    rlimits_lift();
    if (!options_read(&supervisor.options) || !open_log(recovered))
        return false;
    if (recovered) {
        run_as_prepare(false);
        return true;
    }
    return directory_check() && envdir_check() && run_as_prepare(true) && create_pid_file();
}

int set_up_server(bool recovered)
{
    int signals;

    directory_watch();
    if (restore_lost_stderr())
        log_stderr_ends();
    supervisor.name =
        supervisor.options.name ? supervisor.options.name : basename(supervisor.command.path);
    signals = prepare();
    if (recovered)
        recover();
    else if (!recover_at_start())
        start_server();
    return signals;
}
