/* SPDX-License-Identifier: ISC */
/* Connections that are served by another process: --model fork, --pass scm, --pass exec. */
#include "server.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int channels[WORKERS_MAX];
static unsigned next_worker;

/* A child that is killed has not answered; the client alone could not tell why. */
/* No dprintf: it allocates memory, and fork() may hold that lock in this very thread. */
static void report_killed(int sig)
{
    char line[] = "server: child killed by signal ..\n";
    char *digits = strchr(line, '.');

    digits[0] = (char)('0' + sig / 10);
    digits[1] = (char)('0' + sig % 10);
    if (write(STDERR_FILENO, line, sizeof(line) - 1) == -1)
        return;
}

static void reap(int sig)
{
    int error = errno, status;
    (void)sig;
    while (waitpid(-1, &status, WNOHANG) > 0)
        if (WIFSIGNALED(status))
            report_killed(WTERMSIG(status));
    errno = error;
}

static void reap_children(void)
{
    struct sigaction action = {.sa_handler = reap, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
    sigaction(SIGCHLD, &action, NULL);
}

/* The child's copy of the connection is the last one when this returns. */
static bool in_child(int fd)
{
    pid_t pid = fork();
    if (pid == -1)
        err(1, "fork");
    if (pid == 0) {
        listeners_close();
        return true;
    }
    close(fd);
    return false;
}

static void fork_child(int fd)
{
    if (!in_child(fd))
        return;
    connection_serve_blocking(fd);
    _exit(0);
}

static void exec_child(int fd)
{
    char slow[16];

    if (!in_child(fd))
        return;
    if (dup2(fd, STDIN_FILENO) == -1)
        err(1, "dup2");
    close(fd);
    snprintf(slow, sizeof(slow), "%u", config.slow_ms);
    if (config.slow_until != NULL)
        execl("/proc/self/exe", "server-helper", "--serve-fd", "0", "--slow-until",
              config.slow_until, "--body", answer_version(), NULL);
    execl("/proc/self/exe", "server-helper", "--serve-fd", "0", "--slow-ms", slow, "--body",
          answer_version(), NULL);
    err(127, "exec");
}

union control {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

static struct msghdr message(struct iovec *iov, union control *control)
{
    memset(control, 0, sizeof(*control));
    return (struct msghdr){.msg_iov = iov,
                           .msg_iovlen = 1,
                           .msg_control = control->bytes,
                           .msg_controllen = sizeof(control->bytes)};
}

static void scm_send(int channel, int fd)
{
    union control control;
    struct iovec iov = {.iov_base = "c", .iov_len = 1};
    struct msghdr msg = message(&iov, &control);
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

    *cmsg = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
    if (sendmsg(channel, &msg, MSG_NOSIGNAL) == -1)
        err(1, "sendmsg");
    close(fd);
}

/* -1: the master is gone. */
static int scm_receive(int channel)
{
    union control control;
    char byte;
    struct iovec iov = {.iov_base = &byte, .iov_len = 1};
    struct msghdr msg = message(&iov, &control);
    ssize_t got;
    int fd;

    do
        got = recvmsg(channel, &msg, MSG_CMSG_CLOEXEC);
    while (got == -1 && errno == EINTR);
    if (got <= 0)
        return -1;
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
    return fd;
}

static void scm_worker(int channel)
{
    int fd;

    listeners_close();
    while ((fd = scm_receive(channel)) != -1)
        connection_serve_blocking(fd);
    _exit(0);
}

static void scm_worker_start(unsigned i)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
        err(1, "socketpair");
    pid_t pid = fork();
    if (pid == -1)
        err(1, "fork");
    if (pid == 0) {
        for (unsigned other = 0; other < i; other++)
            close(channels[other]);
        close(pair[0]);
        scm_worker(pair[1]);
    }
    close(pair[1]);
    channels[i] = pair[0];
}

void dispatch_prepare(void)
{
    if (config.model == MODEL_FORK || config.pass != PASS_NONE)
        reap_children();
    if (config.pass == PASS_SCM)
        for (unsigned i = 0; i < config.workers; i++)
            scm_worker_start(i);
}

bool dispatch(int fd)
{
    if (config.pass == PASS_SCM)
        scm_send(channels[next_worker++ % config.workers], fd);
    else if (config.pass == PASS_EXEC)
        exec_child(fd);
    else if (config.model == MODEL_FORK)
        fork_child(fd);
    else
        return false;
    return true;
}
