/* SPDX-License-Identifier: ISC */
#include "supervisor/step/user_command.h"

#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "supervisor/generation/slots.h"
#include "supervisor/kernel/pollset.h"
#include "supervisor/state/directory.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/spawn.h"
#include "supervisor/step/stdio.h"

enum { TURN = 16 }; /* pieces that are read at a time */

static SLIST_HEAD(, user_command) running = SLIST_HEAD_INITIALIZER(running);

static void set_number(const char *name, long long number)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", number);
    if (number != 0)
        setenv(name, text, 1);
}

static void set_text(const char *name, const char *text)
{
    if (text)
        setenv(name, text, 1);
}

/* GRACE_RUNTIME_DIR was taken out of the environment, and `grace` in the command needs it. */
static void set_environment(const struct user_command_about *a, pid_t supervisor_pid)
{
    set_text("GRACE_NAME", supervisor.name);
    set_text("GRACE_RUNTIME_DIR", supervisor.options.runtime_dir);
    set_number("GRACE_SUPERVISOR_PID", supervisor_pid);
    set_number("GRACE_GENERATION", a->generation);
    set_number("GRACE_MAIN_PID", a->main);
    set_number("GRACE_TIME", a->at);
    set_text("GRACE_EVENT", a->event);
    set_text("GRACE_REASON", a->reason);
}

/* What the supervisor was given, sockets among it, is for the server alone. */
static void set_streams(int errors)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    int output = log_output();

    dup2(null, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(errors < 0 ? output : errors, STDERR_FILENO);
    closefrom(STDERR_FILENO + 1);
    stdio_forget_unread();
}

/* Where the directory is gone the command may be the one that is to say so. */
static _Noreturn void child(const char *text, const struct user_command_about *about, int errors,
                            pid_t parent)
{
    setpgid(0, 0); /* both do, for either may come first */
    set_environment(about, parent);
    set_streams(errors);
    if (directory_enter(true) && chdir("/") < 0)
        _exit(127);
    spawn_restore();
    execl("/bin/sh", "sh", "-c", text, (char *)NULL);
    _exit(127);
}

static void ends(struct user_command *c)
{
    SLIST_REMOVE(&running, c, user_command, link);
    slots_include(c->pid);
    c->pid = 0;
    if (c->heard)
        close(c->errors);
}

/* Only our end is not to block: the command's is another description. */
static bool open_errors(struct user_command *c, int ends_of_pipe[2])
{
    if (!c->heard)
        return true;
    if (pipe2(ends_of_pipe, O_CLOEXEC) < 0)
        return false;
    c->errors = ends_of_pipe[0];
    return fcntl(c->errors, F_SETFL, O_NONBLOCK) == 0;
}

bool user_command_start(struct user_command *c, const char *text,
                        const struct user_command_about *about, int64_t limit)
{
    int ends_of_pipe[2] = {-1, -1};
    pid_t own = getpid();

    c->late = false;
    c->said_n = 0;
    if (!open_errors(c, ends_of_pipe))
        return false;
    c->pid = fork();
    if (c->pid == 0)
        child(text, about, ends_of_pipe[1], own);
    if (c->heard)
        close(ends_of_pipe[1]);
    if (c->pid < 0) {
        c->pid = 0;
        if (c->heard)
            close(c->errors);
        return false;
    }
    setpgid(c->pid, c->pid);
    slots_exclude(c->pid);
    c->deadline = limit < CLOCK_NEVER ? clock_ms() + limit : CLOCK_NEVER;
    SLIST_INSERT_HEAD(&running, c, link);
    return true;
}

bool user_command_runs(struct user_command *c, int64_t now)
{
    if (c->pid == 0)
        return false;
    if (now >= c->deadline) {
        kill(-c->pid, SIGKILL);
        c->late = true;
        c->deadline = CLOCK_NEVER;
    }
    supervisor_wake_at(c->deadline);
    return true;
}

/* Its last lines as one, whole ones where one ends that was cut. */
static size_t put_said(const struct user_command *c, char *text, size_t size)
{
    size_t end = c->said_n, used = 0;
    const char *whole;

    while (end > 0 && strchr(" \t\r\n", c->said[end - 1]))
        end--;
    whole = c->said_n == USER_COMMAND_SAID ? memchr(c->said, '\n', end) : NULL;
    for (const char *p = whole ? whole + 1 : c->said; p < c->said + end && used + 3 < size; p++)
        if (*p == '\n')
            used = (size_t)(stpcpy(text + used, "; ") - text);
        else
            text[used++] = *p;
    text[used] = '\0';
    return used;
}

bool user_command_failed(const struct user_command *c, char *text, size_t size)
{
    size_t used = put_said(c, text, size);
    char how[64] = "it took too long and was killed";

    if (!c->late && c->status == 0)
        return false;
    if (!c->late)
        supervisor_status_text(c->status, how, sizeof how);
    snprintf(text + used, size - used, used > 0 ? " (%s)" : "%s", how);
    return true;
}

void user_command_drop(struct user_command *c)
{
    if (c->pid == 0)
        return;
    kill(-c->pid, SIGKILL);
    ends(c);
}

void user_command_forget(struct user_command *c)
{
    if (c->pid > 0)
        ends(c);
}

/* The end of it is kept: what is said last is why. */
static void keep(struct user_command *c, const char *text, size_t n)
{
    size_t drop;

    if (n > USER_COMMAND_SAID) {
        text += n - USER_COMMAND_SAID;
        n = USER_COMMAND_SAID;
    }
    drop = c->said_n + n > USER_COMMAND_SAID ? c->said_n + n - USER_COMMAND_SAID : 0;
    memmove(c->said, c->said + drop, c->said_n - drop);
    memcpy(c->said + c->said_n - drop, text, n);
    c->said_n += n - drop;
}

static void listen_to(struct user_command *c)
{
    char text[4096];
    ssize_t n;

    for (int i = 0; c->heard && i < TURN && (n = read(c->errors, text, sizeof text)) > 0; i++)
        keep(c, text, (size_t)n);
}

void user_command_reaped(pid_t pid, int status)
{
    struct user_command *c;

    SLIST_FOREACH (c, &running, link)
        if (c->pid == pid)
            break;
    if (!c)
        return;
    listen_to(c);
    c->status = status;
    ends(c);
}

void user_command_poll(void)
{
    struct user_command *c;

    SLIST_FOREACH (c, &running, link)
        if (c->heard)
            pollset_add(c->errors, POLLIN);
}

void user_command_read(void)
{
    struct user_command *c;

    SLIST_FOREACH (c, &running, link)
        listen_to(c);
}
