/* SPDX-License-Identifier: ISC */
#include "probe/restarts.h"

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe/crowd.h"
#include "probe/loop.h"

enum { LAST_WORDS = 4096 }; /* of what a command says; its last line is looked for in it */

static struct {
    const struct plan *plan;
    struct result *result;
    unsigned left; /* to be begun */
    int64_t due;   /* the next one, or the end of it all; while one goes on: when it is late */
    bool going_on;
    bool over;
    pid_t pid; /* of the command, 0: there is none */
    int pidfd;
    int output;
} state;

static void happened(struct watch *watch, uint32_t events)
{
    (void)watch;
    (void)events; /* restarts_step() looks */
}

static struct watch watch = {happened};

void restarts_begin(const struct plan *plan, struct result *result, int64_t now)
{
    state.plan = plan;
    state.result = result;
    state.left = plan->restart != NULL ? plan->times : 0;
    state.due = now + plan->pause;
    state.going_on = state.over = false;
    state.pid = 0;
}

static void begin(int64_t now)
{
    state.going_on = true;
    crowd_keep_holding(true);
    result_restart_begin(state.result, now);
}

static void end(int64_t now, bool failed, const char *outcome)
{
    state.going_on = false;
    crowd_keep_holding(false);
    result_restart_end(state.result, now, failed, outcome);
}

/* In a process group of its own, so that it can be ended with all that it has started; without the
 * signals that this program blocks. */
static int spawn(const char *const *command)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;

    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, state.output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, state.output, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    int error = posix_spawn(&state.pid, command[0], &actions, &attributes,
                            (char *const *)(uintptr_t)command, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static void start(int64_t now)
{
    state.output = memfd_create("restart", MFD_CLOEXEC);
    if (state.output == -1)
        err(1, "memfd_create");
    begin(now);
    state.left--;
    state.due = now + state.plan->restart_timeout;
    int error = spawn(state.plan->restart);
    if (error != 0)
        errc(1, error, "%s", state.plan->restart[0]);
    state.pidfd = pidfd_open(state.pid, 0);
    if (state.pidfd == -1 || loop_watch(state.pidfd, EPOLLIN, &watch) != 0)
        err(1, "pidfd_open");
}

/* The last line of what the command said that isn't empty, nor indented: then it explains the one
 * before. */
static void last_line(char *line, size_t size)
{
    char bytes[LAST_WORDS + 1];
    off_t length = lseek(state.output, 0, SEEK_END);
    off_t from = length > LAST_WORDS ? length - LAST_WORDS : 0;
    ssize_t got = pread(state.output, bytes, LAST_WORDS, from);

    while (got > 0 && isspace((unsigned char)bytes[got - 1]))
        got--;
    bytes[got > 0 ? got : 0] = '\0';
    char *last = strrchr(bytes, '\n');
    while (last != NULL && last[1] == ' ') {
        *last = '\0';
        last = strrchr(bytes, '\n');
    }
    strlcpy(line, last != NULL ? last + 1 : bytes, size);
    for (char *c = line; *c != '\0'; c++)
        if (iscntrl((unsigned char)*c))
            *c = ' ';
}

static void let_go(void)
{
    close(state.output);
    close(state.pidfd);
    state.pid = 0;
}

/* What is said where a command fails without a word. */
static void say_status(char *words, size_t size, int status)
{
    if (WIFSIGNALED(status))
        snprintf(words, size, "the command was ended by signal %d", WTERMSIG(status));
    else
        snprintf(words, size, "the command exited with status %d", WEXITSTATUS(status));
}

static void command_ended(int64_t now, int status)
{
    char outcome[WHY_LENGTH];

    last_line(outcome, sizeof(outcome));
    if (status != 0 && outcome[0] == '\0')
        say_status(outcome, sizeof(outcome), status);
    let_go();
    end(now, status != 0, outcome);
}

static void kill_command(int64_t now, const char *outcome)
{
    kill(-state.pid, SIGKILL);
    waitpid(state.pid, NULL, 0);
    let_go();
    end(now, true, outcome);
}

static void step_going_on(int64_t now)
{
    int status;

    if (waitpid(state.pid, &status, WNOHANG) == state.pid)
        command_ended(now, status);
    else if (now >= state.due)
        kill_command(now, "it was not over in time");
    else
        return;
    state.due = now + state.plan->pause;
}

void restarts_step(int64_t now)
{
    if (state.plan->restart == NULL || state.over)
        return;
    if (state.pid != 0)
        step_going_on(now);
    else if (now >= state.due && state.left > 0)
        start(now);
    else if (now >= state.due)
        state.over = true;
}

int64_t restarts_next(void)
{
    return state.plan->restart == NULL || state.over ? INT64_MAX : state.due;
}

bool restarts_going_on(void)
{
    return state.going_on;
}

bool restarts_over(void)
{
    return state.over;
}

/* Of two that begin without an end the first is over when the second one begins. */
void restarts_marked(bool beginning, int64_t now)
{
    if (state.plan->restart != NULL)
        return;
    if (state.going_on)
        end(now, false, "");
    if (beginning)
        begin(now);
}

void restarts_end(int64_t now)
{
    if (state.pid != 0)
        kill_command(now, "the run was ended before it was over");
    else if (state.going_on)
        end(now, false, "");
    state.over = true;
}
