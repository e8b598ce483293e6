/* SPDX-License-Identifier: ISC */
#include "supervisor/step/spawn.h"

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
#include "protocol/environ.h"
#include "protocol/handoff.h"
#include "protocol/preload_list.h"
#include "supervisor/kernel/control_socket.h"
#include "supervisor/kernel/limits.h"
#include "supervisor/kernel/terminal.h"
#include "supervisor/state/record.h"

enum { SIGNALS = 65 };

static struct {
    struct command command;
    const struct options *options;
    const char *directory;
    char preload[2 * PATH_MAX];
    sigset_t mask;
    bool ignored[SIGNALS];
} start;

/* The user's list: from the shim that became us, or as it is where we were executed. */
static void note_preload(const char *library)
{
    const char *list = environ_take(PRELOAD_LIST_HANDED);
    const char *others;
    char *end = stpcpy(start.preload, PRELOAD_LIST "=");

    if (list)
        setenv(PRELOAD_LIST, list, 1);
    others = preload_list_take(list ? PRELOAD_LIST_OURS : library);
    if (others && strlen(others) + strlen(library) + 3 > sizeof start.preload - 11)
        others = NULL;
    preload_list_put(end, others, library);
    environ_take(PRELOAD_LIST);
}

/* Whoever executed us may have blocked all signals until we can read them. */
static void note_mask(const char *text)
{
    unsigned long long mask = text ? strtoull(text, NULL, 16) : 0;

    sigprocmask(SIG_SETMASK, NULL, &start.mask);
    for (int sig = 1; text && sig < SIGNALS; sig++)
        if (mask >> (sig - 1) & 1)
            sigaddset(&start.mask, sig);
        else
            sigdelset(&start.mask, sig);
}

void spawn_prepare(const struct command *command, const struct options *options)
{
    start.command = *command;
    start.options = options;
    start.directory = command_directory();
    note_preload(command->library);
    note_mask(command->mask);
    for (int sig = 1; sig < SIGNALS; sig++) {
        struct sigaction act;

        start.ignored[sig] = sigaction(sig, NULL, &act) == 0 && act.sa_handler == SIG_IGN;
    }
}

bool spawn_ignores(int sig)
{
    return start.ignored[sig];
}

/* What spawn_prepare() and its callers have changed for the supervisor. */
static void restore(void)
{
    for (int sig = 1; sig < SIGNALS; sig++)
        signal(sig, start.ignored[sig] ? SIG_IGN : SIG_DFL);
    limits_restore();
    sigprocmask(SIG_SETMASK, &start.mask, NULL);
}

/* systemd's socket activation names the process it is meant for. */
static void rewrite_listen_pid(pid_t was)
{
    const char *value = getenv("LISTEN_PID");
    char text[16];

    if (value && atoi(value) == was) {
        snprintf(text, sizeof text, "%d", (int)getpid());
        setenv("LISTEN_PID", text, 1);
    }
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
    char path[32];
    int ends[2], fd;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
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
                              .restart_signal = start.options->signal,
                              .keep_children = start.options->keep_children,
                              .library = start.command.library};

    if (!handoff_suffices(&h.fds))
        return false;
    if (!handoff_format(&h, variable)) {
        errno = ENAMETOOLONG;
        return false;
    }
    return putenv(variable) == 0 && putenv(start.preload) == 0;
}

static void exec_command(void)
{
    if (strchr(start.command.path, '/'))
        execv(start.command.path, start.command.argv);
    else
        execvp(start.command.path, start.command.argv);
}

struct failure {
    int error;
    int step;
};

static const char *const step_names[] = {"exec", "chdir", "environment", "fork",
                                         "socketpair or pipe"};
enum { STEP_EXEC, STEP_CHDIR, STEP_ENVIRONMENT, STEP_FORK, STEP_PIPE };

static _Noreturn void child(const struct generation *g, int control, int failed, pid_t supervisor)
{
    struct failure f = {.step = STEP_ENVIRONMENT};
    char variable[HANDOFF_SIZE];

    setpgid(0, 0);
    atomic_store(&g->page->keeper, getpid());
    if (g->number == 1)
        terminal_give(getpid());
    rewrite_listen_pid(supervisor);
    if (export_handoff(g, control, variable)) {
        f.step = STEP_CHDIR;
        if (g->number == 1 || !start.directory[0] || chdir(start.directory) == 0) {
            f.step = STEP_EXEC;
            restore();
            exec_command();
        }
    }
    f.error = errno;
    if (write(failed, &f, sizeof f) < 0)
        _exit(125);
    _exit(126);
}

/* 0 when it was executed, -EINPROGRESS, or -errno and *step, once. */
static int spawn_outcome(struct generation *g, const char **step)
{
    struct failure f;
    ssize_t n = g->failed < 0 ? 0 : read(g->failed, &f, sizeof f);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return -EINPROGRESS;
    if (g->failed >= 0)
        close(g->failed);
    g->failed = -1;
    if (n != (ssize_t)sizeof f) /* end of file is the close-on-exec of an exec that worked */
        return 0;
    *step = step_names[f.step];
    return -f.error;
}

int spawn_generation(struct generation *g, const char **step)
{
    int control[2] = {-1, -1}, failed[2] = {-1, -1};
    pid_t supervisor = getpid();
    int r;

    if (start.options->ready_timeout != CLOCK_NEVER)
        g->deadline = g->started + start.options->ready_timeout;
    *step = step_names[STEP_PIPE];
    if (!control_socket_pair(control) || pipe2(failed, O_CLOEXEC | O_NONBLOCK) < 0) {
        r = -errno;
        goto out;
    }
    *step = step_names[STEP_FORK];
    g->main = fork();
    if (g->main == 0)
        child(g, control[1], failed[1], supervisor);
    if (g->main < 0) {
        r = -errno;
        g->main = 0;
        goto out;
    }
    setpgid(g->main, g->main);
    generation_spawned(g, g->main);
    g->failed = failed[0];
    g->control = control[0];
    failed[0] = control[0] = -1;
    r = 0;
out:
    for (int i = 0; i < 2; i++) {
        if (control[i] >= 0)
            close(control[i]);
        if (failed[i] >= 0)
            close(failed[i]);
    }
    return r;
}

void spawn_describe(int error, const char *step, char *text, size_t size)
{
    const char *path = start.command.path;

    if (strcmp(step, step_names[STEP_CHDIR]) == 0)
        snprintf(text, size, "%s %s: %s", step, start.directory, strerror(error));
    else if (strcmp(step, step_names[STEP_EXEC]) != 0)
        snprintf(text, size, "%s: %s", step, strerror(error));
    else if (error == ENOENT && strchr(path, '/') && access(path, F_OK) == 0)
        snprintf(text, size, "%s %s: %s (its interpreter is missing)", step, path, strerror(error));
    else
        snprintf(text, size, "%s %s: %s", step, path, strerror(error));
}

int spawn_and_wait(struct generation *g, const char **step)
{
    int r = spawn_generation(g, step);

    while (r == 0 && (r = spawn_outcome(g, step)) == -EINPROGRESS) {
        struct pollfd p = {.fd = g->failed, .events = POLLIN};

        poll(&p, 1, -1);
        r = 0;
    }
    return r;
}

bool spawn_failed(struct generation *g, char *why, size_t size)
{
    const char *step = "";
    int r = spawn_outcome(g, &step);

    if (r == 0 || r == -EINPROGRESS)
        return false;
    spawn_describe(-r, step, why, size);
    return true;
}

void spawn_unwrapped(void)
{
    restore();
    if (start.preload[0] && putenv(start.preload) == 0)
        preload_list_take(start.command.library);
    exec_command();
}

void spawn_command(const char *command, const char *generation, const char *main_pid)
{
    restore();
    setpgid(0, 0);
    setenv("GRACE_GENERATION", generation, 1);
    setenv("GRACE_MAIN_PID", main_pid, 1);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}
