/* SPDX-License-Identifier: ISC */
/*
 * handover PORT WAY [FILE]: an echo server that does with each connection what few servers do, so
 * that tests can see whether it is still counted.  Serves one connection at a time, and says when
 * nothing else of it accepts any.
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static int listener;
static const char *gate; /* FILE: go on when it exists */

static void echo(int fd)
{
    char text[512];
    ssize_t n;

    while ((n = read(fd, text, sizeof(text))) > 0)
        if (write(fd, text, (size_t)n) != n)
            return;
}

static void echo_and_close(int fd)
{
    echo(fd);
    close(fd);
}

static void wait_for_gate(void)
{
    struct timespec rest = {.tv_nsec = 5000000};
    while (access(gate, F_OK) == -1)
        nanosleep(&rest, NULL);
}

static void end_child(pid_t pid)
{
    if (pid == -1)
        err(1, "fork");
    waitpid(pid, NULL, 0);
}

/* Copies, the original closed. */
static void by_dup(int fd)
{
    int copy = dup(fd);
    close(fd);
    echo_and_close(copy);
}

static void by_dup2(int fd)
{
    if (dup2(fd, 60) == -1)
        err(1, "dup2");
    close(fd);
    echo_and_close(60);
}

static void by_dup3(int fd)
{
    int other = open("/dev/null", O_RDONLY);
    if (dup3(fd, other, O_CLOEXEC) == -1) /* onto a number in use */
        err(1, "dup3");
    close(fd);
    echo_and_close(other);
}

static void by_dupfd(int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 40);
    close(fd);
    echo_and_close(copy);
}

/* Ways to close more than one. */
static void by_closefrom(int fd)
{
    dup2(fd, 70);
    echo(fd);
    closefrom(fd);
}

static void by_close_range(int fd)
{
    dup2(fd, 71);
    close(fd);
    echo(71);
    close_range(50, 80, 0);
}

/* Children. */
static void by_fork(int fd)
{
    pid_t pid = fork();
    if (pid == 0) {
        close(listener);
        echo(fd);
        _exit(0); /* without a close */
    }
    close(fd);
    end_child(pid);
}

static void by_fork_both(int fd)
{
    pid_t pid = fork();
    if (pid == 0) {
        echo_and_close(fd);
        _exit(0);
    }
    end_child(pid);
    close(fd);
}

/* No hook and no atfork handler sees this one. */
static pid_t raw_clone(void)
{
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"((long)SYS_clone), "D"((long)SIGCHLD), "S"(0L), "d"(0L)
                     : "rcx", "r11", "memory");
    return (pid_t)result;
}

static void by_clone(int fd)
{
    pid_t pid = raw_clone();
    if (pid == 0) {
        close(listener);
        echo_and_close(fd);
        _exit(0);
    }
    close(fd);
    end_child(pid);
}

/* By libc's function, which no hook sees either; the listener is its parent's, in an epoll. */
static int cloned(void *fd)
{
    close(listener);
    echo_and_close(*(int *)fd);
    return 0;
}

static void by_clone_of_libc(int fd)
{
    static char stack[65536] __attribute__((aligned(16)));
    pid_t pid = clone(cloned, stack + sizeof(stack), SIGCHLD, &fd);
    close(fd);
    end_child(pid);
}

static int waiting = -1; /* an epoll, where the way has one */

static void wait_in_epoll(void)
{
    struct epoll_event event = {.events = EPOLLIN};

    waiting = epoll_create1(EPOLL_CLOEXEC);
    if (waiting == -1 || epoll_ctl(waiting, EPOLL_CTL_ADD, listener, &event) == -1)
        err(1, "epoll");
}

/* Programs that have no shim. */
static void exec_cat(int fd)
{
    if (dup2(fd, STDIN_FILENO) == -1 || dup2(fd, STDOUT_FILENO) == -1)
        _exit(126);
    execl("/bin/cat", "cat", NULL);
    _exit(127);
}

static void by_cat(int fd)
{
    pid_t pid = fork();
    if (pid == 0)
        exec_cat(fd);
    close(fd);
    end_child(pid);
}

static void by_vfork_cat(int fd)
{
    pid_t pid = vfork();
    if (pid == 0)
        exec_cat(fd);
    close(fd);
    end_child(pid);
}

static void by_spawn_cat(int fd)
{
    char *argv[] = {(char[]){"cat"}, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
    if (posix_spawn(&pid, "/bin/cat", &actions, NULL, argv, environ) != 0)
        errx(1, "posix_spawn");
    posix_spawn_file_actions_destroy(&actions);
    close(fd);
    end_child(pid);
}

static void by_system(int fd)
{
    char command[64];
    snprintf(command, sizeof(command), "cat <&%d >&%d", fd, fd);
    if (system(command) == -1)
        err(1, "system");
    close(fd);
}

/* Other processes. */
union control {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

static void send_fd(int channel, int fd)
{
    union control control = {0};
    struct iovec iov = {.iov_base = "c", .iov_len = 1};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof(control.bytes)};
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

    *cmsg = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
    if (sendmsg(channel, &msg, MSG_NOSIGNAL) == -1)
        err(1, "sendmsg");
}

static int receive_fd(int channel)
{
    union control control = {0};
    char byte;
    struct iovec iov = {.iov_base = &byte, .iov_len = 1};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = control.bytes,
                         .msg_controllen = sizeof(control.bytes)};
    int fd;

    if (recvmsg(channel, &msg, MSG_CMSG_CLOEXEC) != 1)
        _exit(0);
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
    return fd;
}

/* In flight until the gate opens: no process has it. */
static void by_flight(int fd)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
        err(1, "socketpair");
    send_fd(pair[0], fd);
    close(fd);
    pid_t pid = fork();
    if (pid == 0) {
        close(listener);
        close(pair[0]);
        wait_for_gate();
        echo_and_close(receive_fd(pair[1]));
        _exit(0);
    }
    close(pair[0]);
    close(pair[1]);
    end_child(pid);
}

static _Atomic pid_t acceptors[3];

static void *accept_for_ever(void *place)
{
    *(_Atomic pid_t *)place = gettid();
    while (accept(listener, NULL, NULL) != -2)
        continue;
    return NULL;
}

/* A thread that runs has no number of a system call there. */
static bool is_blocked(pid_t thread)
{
    char path[64], text[64] = "running";
    int fd;

    snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", (int)thread);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd != -1 && read(fd, text, sizeof(text) - 1) == -1)
        err(1, "%s", path);
    close(fd);
    return thread != 0 && strncmp(text, "running", 7) != 0;
}

/* Threads that are in accept() when they are cancelled. */
static void cancel_acceptors(void)
{
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, accept_for_ever, &acceptors[i]) != 0)
            errx(1, "pthread_create");
    for (int i = 0; i < 3; i++)
        while (!is_blocked(acceptors[i]))
            sched_yield();
    for (int i = 0; i < 3; i++)
        pthread_cancel(threads[i]);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}

static const struct {
    const char *name;
    void (*serve)(int fd);
    void (*prepare)(void);
} ways[] = {
    {"dup", by_dup, NULL},
    {"dup2", by_dup2, NULL},
    {"dup3", by_dup3, NULL},
    {"dupfd", by_dupfd, NULL},
    {"closefrom", by_closefrom, NULL},
    {"close_range", by_close_range, NULL},
    {"fork", by_fork, NULL},
    {"fork-both", by_fork_both, NULL},
    {"clone", by_clone, NULL},
    {"clone-epoll", by_clone, wait_in_epoll},
    {"libc-clone", by_clone_of_libc, wait_in_epoll},
    {"cat", by_cat, NULL},
    {"vfork-cat", by_vfork_cat, NULL},
    {"spawn-cat", by_spawn_cat, NULL},
    {"system", by_system, NULL},
    {"flight", by_flight, NULL},
    {"cancel", echo_and_close, cancel_acceptors},
};

static void listen_on(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) == -1)
        err(1, "bind");
    if (listen(listener, 128) == -1)
        err(1, "listen");
}

int main(int argc, char **argv)
{
    size_t i = 0, n = sizeof(ways) / sizeof(ways[0]);

    if (argc < 3)
        errx(2, "usage: handover PORT WAY [FILE]");
    gate = argc > 3 ? argv[3] : "/";
    while (i < n && strcmp(ways[i].name, argv[2]) != 0)
        i++;
    if (i == n)
        errx(2, "%s: no such way", argv[2]);
    listen_on((uint16_t)atoi(argv[1]));
    if (ways[i].prepare != NULL)
        ways[i].prepare();
    dprintf(STDERR_FILENO, "handover: prepared\n");
    for (;;) {
        struct epoll_event event;
        if (waiting != -1 && epoll_wait(waiting, &event, 1, -1) != 1)
            continue;
        int fd = accept(listener, NULL, NULL);
        if (fd != -1)
            ways[i].serve(fd);
    }
}
