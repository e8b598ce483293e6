/* SPDX-License-Identifier: ISC */
#include "supervisor/step/spawn.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "protocol/decimal.h"
#include "protocol/envp.h"
#include "protocol/handoff.h"
#include "protocol/preload_list.h"
#include "supervisor/generation/members.h"
#include "supervisor/kernel/io.h"
#include "supervisor/kernel/rlimits.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/state/directory.h"
#include "supervisor/state/envdir.h"
#include "supervisor/state/log.h"
#include "supervisor/state/record.h"
#include "supervisor/state/run_as.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/last_words.h"
#include "supervisor/step/stdio.h"

enum { WHY = 512 };

static char preload[sizeof PRELOAD_LIST "=::" + PRELOAD_LIST_MAX]; /* LD_PRELOAD=... */

/* The user's list: from the shim that became us, or as it is where we were executed. */
void spawn_prepare(void)
{
    const char *library = supervisor.command.library;
    const char *list = envp_take(PRELOAD_LIST_HANDED);
    const char *others;
    char *end = stpcpy(preload, PRELOAD_LIST "=");

    if (list)
        setenv(PRELOAD_LIST, list, 1);
    others = preload_list_take(list ? PRELOAD_LIST_OURS : library);
    if (others && strlen(others) + strlen(library) > PRELOAD_LIST_MAX)
        others = NULL;
    preload_list_put(end, others, library);
    envp_take(PRELOAD_LIST);
}

void spawn_restore(void)
{
    const struct command *c = &supervisor.command;
    sigset_t mask;

    sigemptyset(&mask);
    for (int sig = 1; sig < NSIG; sig++) {
        signal(sig, c->ignored & command_bit(sig) ? SIG_IGN : SIG_DFL);
        if (c->blocked & command_bit(sig))
            sigaddset(&mask, sig);
    }
    rlimits_restore();
    sigprocmask(SIG_SETMASK, &mask, NULL);
}

/* systemd names the process that what it has passed is meant for (sd_listen_fds(3),
 * sd_watchdog_enabled(3)). */
static void rewrite_pid(const char *name, pid_t was)
{
    const char *value = getenv(name);
    char text[16];

    if (value && decimal_pid(value, strlen(value)) == was) {
        snprintf(text, sizeof text, "%d", (int)getpid());
        setenv(name, text, 1);
    }
}

/* So that each can have a log, or a port for its own state, of its own. */
static void name_worker(const struct generation *g)
{
    char text[16];

    if (supervisor.workers == 1)
        return;
    snprintf(text, sizeof text, "%u", g->worker);
    setenv("GRACE_WORKER", text, 1);
}

static int dup_high(int fd)
{
    return fcntl(fd, F_DUPFD, handoff_floor());
}

/* The same for one that nobody else has; -1 stays. */
static int raise_fd(int fd)
{
    int high = fd < 0 ? -1 : dup_high(fd);

    if (fd >= 0)
        close(fd);
    return high;
}

/* The FIFO by which workers tell the keeper that a restart is requested: read and written through
 * one descriptor, so that a write finds a reader at any time. */
static int fifo_new(void)
{
    int ends[2], fd;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    fd = io_reopen(0, ends[0], O_RDWR);
    close(ends[0]);
    close(ends[1]);
    return fd;
}

static bool export_handoff(const struct generation *g, int control, char *variable)
{
    const struct handoff h = {.fds = {{.control = dup_high(control),
                                       .bell = dup_high(g->bell),
                                       .memory = dup_high(g->memory),
                                       .record = raise_fd(record_lend()),
                                       .fifo = raise_fd(fifo_new())}},
                              .restart_signal = supervisor.options.signal,
                              .keep_children = supervisor.options.keep_children,
                              .library = supervisor.command.library};

    if (!handoff_suffices(&h.fds))
        return false;
    if (!handoff_format(&h, variable)) {
        errno = ENAMETOOLONG;
        return false;
    }
    return putenv(variable) == 0 && putenv(preload) == 0;
}

static void exec_command(void)
{
    const struct command *c = &supervisor.command;

    if (strchr(c->path, '/'))
        execv(c->path, c->argv);
    else
        execvp(c->path, c->argv);
}

/* The supervisor reads why; where it has to end, too, it does so with this status. */
static _Noreturn void give_up(int failed, int status, const char *why)
{
    _exit(write(failed, why, strlen(why)) < 0 ? SPAWN_UNABLE : status);
}

static _Noreturn void report(int failed, int status, const char *step, const char *object)
{
    int error = errno;
    bool no_interpreter = status == 127 && strchr(object, '/') && access(object, F_OK) == 0;
    char why[WHY];

    snprintf(why, sizeof why, "%s%s: %s%s", step, object, strerror(error),
             no_interpreter ? " (its interpreter is missing)" : "");
    give_up(failed, status, why);
}

static _Noreturn void child(const struct generation *g, int control, int failed, pid_t parent)
{
    const struct command *c = &supervisor.command;
    char variable[HANDOFF_SIZE];
    const char *lost, *wrong;

    setpgid(0, g->group); /* both do, for either may come first */
    atomic_store(&g->page->keeper, getpid());
    if (g->number == 1 && supervisor.workers == 1)
        terminal_give(getpgrp());
    if (g->number > 1)
        stdio_forget_unread();
    run_as_environment();
    name_worker(g);
    if ((wrong = envdir_apply()))
        give_up(failed, 126, wrong);
    rewrite_pid("LISTEN_PID", parent);
    rewrite_pid("WATCHDOG_PID", parent);
    if (!export_handoff(g, control, variable))
        report(failed, SPAWN_UNABLE, "environment", "");
    if ((lost = directory_enter(g->number > 1)))
        report(failed, 126, "chdir ", lost);
    spawn_restore();
    if ((lost = run_as_become()))
        report(failed, 126, lost, "");
    exec_command();
    report(failed, errno == ENOENT ? 127 : 126, "exec ", c->path);
}

const char *spawn_failed(struct generation *g)
{
    static char why[WHY];
    ssize_t n = g->failed < 0 ? 0 : read(g->failed, why, sizeof why - 1);

    if (g->failed < 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
        return NULL;
    close(g->failed);
    g->failed = -1;
    why[n > 0 ? n : 0] = '\0';
    return n > 0 ? why : NULL; /* end of file is the close-on-exec of an exec that worked */
}

/* The socket by which its processes speak to us: at [0], ours, the kernel says who has sent what.
 * A message of each listener that there can be may wait, as far as the kernel allows. */
static bool control_open(int ends[2])
{
    const int room = 2 << 20;
    const int on = 1;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0 ||
        setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
        return false;
    if (setsockopt(ends[1], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) < 0)
        setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    return true;
}

static void say_where(const struct generation *g)
{
    const char *path = g->number > 1 ? directory_forsaken() : NULL;

    if (path)
        log_line(LEVEL_WARNING,
                 "generation %u starts in %s; %s led there at the start and no longer does: "
                 "--chdir %s (GRACE_CHDIR) follows it",
                 g->number, supervisor.command.directory, path, path);
}

/*
 * A server that would not lead its process group without us (a script's) must not do so either:
 * setsid(1) executes its command in place then, and in a child otherwise.  So a child of ours makes
 * the group, of which it is all that is left when the server has joined it: it has ended.  0: the
 * server is to lead.
 */
static pid_t group_begin(void)
{
    pid_t pid = supervisor.command.leads ? 0 : fork();

    if (pid == 0 && !supervisor.command.leads)
        _exit(0);
    if (pid > 0)
        setpgid(pid, pid);
    return pid > 0 ? pid : 0;
}

static void group_join(struct generation *g)
{
    pid_t made = g->group;

    if (g->main > 0)
        setpgid(g->main, g->group);
    if (made > 0)
        waitpid(made, NULL, 0);
    else
        g->group = g->main > 0 ? g->main : 0;
}

const char *spawn_generation(struct generation *g)
{
    int control[2] = {-1, -1}, failed[2] = {-1, -1};
    const char *why = NULL;
    pid_t own = getpid();

    g->deadline = g->started + supervisor.options.ready_timeout;
    say_where(g);
    last_words_begin(g);
    if (!control_open(control) || pipe2(failed, O_CLOEXEC | O_NONBLOCK) < 0) {
        why = supervisor_error_text("socketpair or pipe");
        goto out;
    }
    g->group = group_begin();
    g->main = fork();
    if (g->main == 0)
        child(g, control[1], failed[1], own);
    group_join(g);
    if (g->main < 0) {
        why = supervisor_error_text("fork");
        g->main = 0;
        goto out;
    }
    generation_spawned(g, g->main);
    g->failed = failed[0];
    g->control = control[0];
    failed[0] = control[0] = -1;
out:
    for (int i = 0; i < 2; i++) {
        if (control[i] >= 0)
            close(control[i]);
        if (failed[i] >= 0)
            close(failed[i]);
    }
    return why;
}

/* We may wait: at the start nobody could miss us. */
int spawn_first(struct generation *g, const char **why)
{
    int status = 0;

    *why = spawn_generation(g);
    while (!*why && g->failed >= 0) {
        struct pollfd p = {.fd = g->failed, .events = POLLIN};

        poll(&p, 1, -1);
        *why = spawn_failed(g);
    }
    if (!*why)
        return 0;
    if (g->main > 0)
        waitpid(g->main, &status, 0);
    return WEXITSTATUS(status) ? WEXITSTATUS(status) : SPAWN_UNABLE; /* it may have been killed */
}

void spawn_unwrapped(void)
{
    if (directory_enter(false))
        return;
    spawn_restore();
    if (putenv(preload) == 0)
        preload_list_take(supervisor.command.library);
    exec_command();
}
