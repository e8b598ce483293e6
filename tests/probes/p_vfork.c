/* SPDX-License-Identifier: ISC */
/*
 * The child of a vfork() runs on its parent's memory: what it closes, copies and installs for the
 * program it is about to execute must leave no trace in the parent.
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <fcntl.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static int listener, client, fd, epfd;
static volatile int result;

static void close_one_by_one(void)
{
    for (int i = 3; i < OWN_FROM; i++)
        close(i);
}

static void close_all(void)
{
    result = close_range(3, ~0u, 0);
}

static void close_from(void)
{
    closefrom(3);
}

static void close_by_number(void)
{
    for (int i = 3; i < 20; i++)
        syscall(3, i);
}

static void copy_over(void)
{
    result = dup2(STDIN_FILENO, listener) == listener && dup2(STDIN_FILENO, fd) == fd &&
             dup3(STDIN_FILENO, client, O_CLOEXEC) == client;
}

static void copy_high(void)
{
    for (int to = OWN_FROM; to < 1024; to++)
        result += dup2(STDIN_FILENO, to) == to;
}

static void change_flags(void)
{
    result = fcntl(listener, F_SETFD, FD_CLOEXEC);
}

/* The listener's file is shared with the parent, so this is seen there without the shim too. */
static void shared_flags(void)
{
    result = fcntl(listener, F_SETFL, O_RDWR | O_NONBLOCK);
}

/* CPython sets all of them to their defaults. */
static void default_signals(void)
{
    for (int sig = 1; sig < NSIG; sig++)
        if (sig != SIGKILL && sig != SIGSTOP && signal(sig, SIG_DFL) != SIG_ERR)
            result++;
}

static void new_sockets(void)
{
    int own = socket(AF_INET, SOCK_STREAM, 0);

    bind_loopback(own, 0);
    result = listen(own, 5);
    result += epoll_ctl(epfd, EPOLL_CTL_DEL, client, NULL);
}

static void accept_there(void)
{
    int more = client_of(listener);

    result = accept(listener, NULL, NULL) - more;
}

static void fail_to_execute(void)
{
    execl("/missing/program", "name", (char *)NULL);
    result = errno;
}

static void execute(void)
{
    execl("/bin/sh", "sh", "-c", "exit 6", (char *)NULL);
}

/* Everything of the parent still works. */
static void show_parent(void)
{
    struct epoll_event got;
    int more = client_of(listener);

    show_fds();
    TRY(epoll_wait(epfd, &got, 1, 1000));
    close(accept(listener, NULL, NULL));
    close(more);
    show_flags(listener);
    show_end("client", client);
    show_action(SIGHUP);
    show_action(SIGUSR1);
}

static void with_child(const char *what, void (*body)(void))
{
    pid_t pid;

    result = 0;
    errno = PROBE_ERRNO;
    pid = vfork();
    if (pid == 0) {
        body();
        _exit(5);
    }
    say("%s %s", what, errno == PROBE_ERRNO ? "" : "and errno");
    show_exit(what, pid);
    say("result %d", result);
    show_parent();
}

PROBE(vfork)
{
    struct epoll_event event = {.events = EPOLLIN};

    signal(SIGHUP, note_signal);
    signal(SIGUSR1, note_signal);
    listener = tcp_listener(0);
    fd = connection(listener, &client);
    epfd = epoll_create1(0);
    epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &event);
    with_child("close", close_one_by_one);
    with_child("close_range", close_all);
    with_child("closefrom", close_from);
    with_child("syscall", close_by_number);
    with_child("dup2", copy_over);
    if (!probe_early)
        with_child("dup2 onto high numbers", copy_high);
    with_child("F_SETFD", change_flags);
    with_child("signal", default_signals);
    with_child("new sockets", new_sockets);
    with_child("accept", accept_there);
    with_child("exec fails", fail_to_execute);
    with_child("exec", execute);
    with_child("F_SETFL", shared_flags);
    TRY(accept(listener, NULL, NULL));
    close(fd);
    show_end("client", client);
}
