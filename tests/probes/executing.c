/* SPDX-License-Identifier: ISC */
#include "executing.h"

#include <sys/stat.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

char *const executing_argv[] = {(char[]){"name"}, (char[]){"x"}, NULL};
char *const executing_envp[] = {(char[]){"ONE=1"}, (char[]){"TWO="}, (char[]){"odd"}, NULL};

static exec_call *execute;

const char *executing_child(void)
{
    return getenv("PROBE_CHILD");
}

static void forked(const char *what, const char *path, char *const envp[])
{
    pid_t pid = fork();

    if (pid == 0) {
        TRY_AS(what, execute(path, envp));
        _exit(9);
    }
    show_exit(what, pid);
}

/* What runs in the child of a vfork() runs on the memory of its parent. */
static void vforked(const char *what, const char *path, char *const envp[])
{
    volatile int error = 0;
    pid_t pid = vfork();

    if (pid == 0) {
        execute(path, envp);
        error = errno;
        _exit(9);
    }
    show_exit(what, pid);
    say("error %s", error ? error_name(error) : "none");
}

static void make_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    dprintf(fd, "%s", text);
    fchmod(fd, mode);
    close(fd);
}

static void errors(unsigned kind)
{
    make_file("plain", "text", 0600);
    make_file("script", "#!/bin/sh\necho \"script $#\"\nexit 5\n", 0700);
    make_file("bare", "echo \"bare $#\"\nexit 6\n", 0700);
    make_file("lost", "#!/missing/interpreter\n", 0700);
    forked("missing", "./missing", NULL);
    vforked("missing", "./missing", NULL);
    forked("not executable", "./plain", NULL);
    vforked("not executable", "./plain", NULL);
    forked("empty", "", NULL);
    forked("a directory", "/", NULL);
    forked("a script", "./script", NULL);
    forked("without interpreter", "./lost", NULL);
    forked("neither program nor script", "./bare", NULL);
    if (kind & EXEC_SEARCHES_PATH) {
        forked("found in PATH", "child", NULL);
        vforked("found in PATH", "child", NULL);
        forked("not found in PATH", "missing", NULL);
    }
}

static void runs(unsigned kind)
{
    forked("from fork", executing_child(), NULL);
    vforked("from vfork", executing_child(), NULL);
    if (kind & EXEC_TAKES_ENVIRONMENT) {
        forked("own environment", executing_child(), executing_envp);
        vforked("own environment", executing_child(), executing_envp);
    }
}

/* Dispositions and masks, and descriptors with FD_CLOEXEC and without. */
static void set_up(void)
{
    sigset_t usr1 = set_of(SIGUSR1);

    signal(SIGUSR2, SIG_IGN);
    signal(SIGTERM, note_signal);
    signal(SIGHUP, note_signal);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    dup2(STDIN_FILENO, 11);
    fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 12);
}

static void serving(unsigned kind)
{
    int listener = tcp_listener(SOCK_CLOEXEC), client, fd = connection(listener, &client);

    fcntl(client, F_SETFD, FD_CLOEXEC);
    say("a listener and a connection");
    runs(kind);
    vforked("missing", "./missing", NULL);
    show_flags(fd);
    show_end("client", client);
    show_served("still", listener);
    fcntl(listener, F_SETFD, 0);
    forked("inherited listener", executing_child(), NULL);
    close(listener);
}

void executing_probe(exec_call *call, unsigned kind)
{
    execute = call;
    set_up();
    errors(kind);
    runs(kind);
    serving(kind);
    signal(SIGHUP, SIG_IGN);
    forked("SIGHUP ignored", executing_child(), NULL);
    vforked("SIGHUP ignored", executing_child(), NULL);
    show_fds();
    TRY_AS("in place", call("./missing", NULL));
    show_fds();
    show_action(SIGHUP);
    call(executing_child(), NULL);
}

static void spawned(const char *what, spawn_call *call, const char *path,
                    const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr)
{
    pid_t pid = -5;
    int r, error;

    errno = PROBE_ERRNO;
    r = call(&pid, path, actions, attr, executing_argv, environ);
    error = errno;
    if (r == 0)
        show_exit(what, pid);
    say_result(what, r, error);
}

/* What closes all in a child before the process serves, keeps that child out of the generation. */
static void attributes(spawn_call *call, bool serves)
{
    sigset_t usr2 = set_of(SIGUSR2);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;

    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigdefault(&attr, &usr2);
    posix_spawnattr_setsigmask(&attr, &usr2);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 20, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, 20, 21);
    posix_spawn_file_actions_addclose(&actions, 11);
    spawned("attributes", call, executing_child(), &actions, &attr);
    if (serves)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    spawned("actions", call, executing_child(), &actions, NULL);
    posix_spawn_file_actions_addopen(&actions, 20, "missing/file", O_RDONLY, 0);
    spawned("actions fail", call, executing_child(), &actions, NULL);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
}

void executing_spawn_probe(spawn_call *call, const char *name)
{
    int listener, client, fd;

    set_up();
    make_file("bare", "echo \"bare $#\"\nexit 6\n", 0700);
    spawned("missing", call, "./missing", NULL, NULL);
    spawned("a directory", call, "/", NULL, NULL);
    spawned("neither program nor script", call, "./bare", NULL, NULL);
    spawned("by name", call, name, NULL, NULL);
    spawned("by path", call, executing_child(), NULL, NULL);
    attributes(call, false);
    listener = tcp_listener(SOCK_CLOEXEC);
    fd = connection(listener, &client);
    fcntl(client, F_SETFD, FD_CLOEXEC);
    say("a listener and a connection");
    spawned("by path", call, executing_child(), NULL, NULL);
    attributes(call, true);
    show_served("still", listener);
    show_fds();
    close(fd);
}
