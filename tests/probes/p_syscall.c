/* SPDX-License-Identifier: ISC */
/* Calls by number: libuv closes so, vsftpd forks so. */
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <linux/sched.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "accepting.h"
#include "actors.h"
#include "copying.h"
#include "executing.h"
#include "forking.h"
#include "probe.h"
#include "sockets.h"
#include "unlinking.h"
#include "waiting.h"

static int number_dup(int fd)
{
    return (int)syscall(SYS_dup, fd);
}

static int number_dup2(int fd, int to)
{
    return (int)syscall(SYS_dup2, fd, to);
}

static int number_dup3(int fd, int to)
{
    return (int)syscall(SYS_dup3, fd, to, 0);
}

static int number_fcntl(int fd, int cmd, ...)
{
    return (int)syscall(SYS_fcntl, fd, cmd, 0);
}

static int number_accept(int fd, struct sockaddr *addr, socklen_t *len)
{
    return (int)syscall(SYS_accept, fd, addr, len);
}

static int number_accept4(int fd, struct sockaddr *addr, socklen_t *len)
{
    return (int)syscall(SYS_accept4, fd, addr, len, 0);
}

static int number_epoll(int epfd, struct epoll_event *events, int max, int ms, const sigset_t *mask)
{
    (void)mask;
    return (int)syscall(SYS_epoll_wait, epfd, events, max, ms);
}

static int number_poll(struct pollfd *fds, nfds_t n, int ms, const sigset_t *mask)
{
    (void)mask;
    return (int)syscall(SYS_poll, fds, n, ms);
}

static int number_unlink(const char *path)
{
    return (int)syscall(SYS_unlink, path);
}

static int number_unlinkat(const char *path)
{
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

static int number_rename(const char *from, const char *to)
{
    return (int)syscall(SYS_rename, from, to);
}

static int number_renameat(const char *from, const char *to)
{
    return (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

static int number_renameat2(const char *from, const char *to)
{
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static int number_link(const char *from, const char *to)
{
    return (int)syscall(SYS_link, from, to);
}

static int number_linkat(const char *from, const char *to)
{
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static pid_t number_fork(void)
{
    return (pid_t)syscall(SYS_fork);
}

static pid_t number_clone(void)
{
    return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static pid_t number_clone3(void)
{
    struct clone_args args = {.exit_signal = SIGCHLD};

    return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

static void sockets(void)
{
    int fd = (int)TRY(syscall(SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), one = 1;
    struct sockaddr_storage addr = {.ss_family = AF_INET};
    int client, end;

    TRY(syscall(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
    TRY(syscall(SYS_bind, fd, &addr, 16));
    TRY(syscall(SYS_listen, fd, 5));
    show_served("by number", fd);
    TRY(syscall(SYS_ioctl, fd, FIONBIO, &one));
    show_flags(fd);
    end = connection(fd, &client);
    TRY(syscall(SYS_shutdown, fd, SHUT_RD));
    TRY(syscall(SYS_close, fd));
    TRY(syscall(SYS_close, fd));
    TRY(syscall(SYS_close, end));
    show_end("client", client);
    tcp_listener(0);
    TRY(syscall(SYS_close_range, 3, ~0u, 0));
    show_fds();
    for (int own = OWN_FROM; own < 1024 && !probe_early; own++)
        if (syscall(SYS_close, own) == 0)
            say("closed more");
}

static void *close_uncancelled(void *data)
{
    pthread_cancel(pthread_self());
    syscall(SYS_close, *(int *)data);
    return NULL;
}

/* No cancellation point: what was to be closed is closed. */
static void cancelled(void)
{
    int listener = tcp_listener(0), client, fd = connection(listener, &client);
    pthread_t thread;

    pthread_create(&thread, NULL, close_uncancelled, &fd);
    show_join("close by number", thread);
    say("open: %d", is_open(fd));
    show_end("client", client);
    close(client);
    close(listener);
}

static void errors(void)
{
    TRY(syscall(-1));
    TRY(syscall(9999, 1, 2, 3, 4, 5, 6));
    TRY(syscall(SYS_close, -1));
    TRY(syscall(SYS_close, 77));
    TRY(syscall(SYS_accept, 77, NULL, NULL));
    TRY(syscall(SYS_execve, "./missing", executing_argv, environ));
    TRY(syscall(SYS_execveat, AT_FDCWD, "./missing", executing_argv, environ, 0));
    TRY(syscall(SYS_getpid) == getpid());
}

/* The kernel's own structure. */
struct action {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};

static void signals(int sig)
{
    struct action act = {.handler = SIG_IGN, .mask = 1u << (SIGUSR2 - 1)}, old = {0};
    uint64_t set = 1u << (SIGUSR1 - 1), none = 0;

    TRY(syscall(SYS_rt_sigaction, sig, &act, NULL, sizeof act.mask));
    show_action(sig);
    TRY(syscall(SYS_rt_sigaction, sig, NULL, &old, sizeof act.mask));
    say("ignored %d, mask %llx", old.handler == SIG_IGN, (unsigned long long)old.mask);
    TRY(syscall(SYS_rt_sigaction, sig, &act, NULL, 4));
    TRY(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, sizeof set));
    show_mask();
    TRY(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none));
    TRY(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, 4));
    show_mask();
}

static int execute(void)
{
    return (int)syscall(SYS_execve, executing_child(), executing_argv, executing_envp);
}

static int execute_at(void)
{
    return (int)syscall(SYS_execveat, AT_FDCWD, executing_child(), executing_argv, environ, 0);
}

static void remove_sockets(void)
{
    TRY(unlink("streams"));
    TRY(unlink("packets"));
}

PROBE(syscall)
{
    errors();
    sockets();
    cancelled();
    copying_probe(number_dup);
    copying_onto_probe(number_dup2);
    copying_onto_probe(number_dup3);
    TRY(number_fcntl(77, F_GETFL));
    accepting_probe(number_accept, false);
    remove_sockets();
    accepting_probe(number_accept4, false);
    remove_sockets();
    waiting_epoll_probe(number_epoll, 0);
    TRY(unlink("a"));
    waiting_poll_probe(number_poll, 0);
    TRY(unlink("a"));
    unlinking_probe(number_unlink);
    unlinking_probe(number_unlinkat);
    signals(SIGUSR1);
    signals(SIGHUP);
    signals(57);
    say("fork");
    forking_probe(number_fork);
    say("clone");
    forking_probe(number_clone);
    say("clone3");
    forking_probe(number_clone3);
    in_child("execve", execute);
    in_child("execveat", execute_at);
    renaming_probe(number_rename);
    TRY(unlink("directory/file"));
    renaming_probe(number_renameat);
    TRY(unlink("directory/file"));
    renaming_probe(number_renameat2);
    TRY(unlink("directory/file"));
    linking_probe(number_link);
    linking_probe(number_linkat);
}
