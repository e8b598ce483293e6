/* SPDX-License-Identifier: ISC */
/*
 * subject [PORTFILE]: the server the benchmarks measure.
 *
 * Says "waiting PID" on standard error when it is about to wait for the first time.  A line that
 * a connection sends is a command: "row NAME N", "touch MEGABYTES", "watch", "gap",
 * "execute N", "exit".
 */
#include "subject.h"

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int subject_listener;

static int epoll;

static void watch_fd(int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == -1)
        err(1, "epoll_ctl");
}

static void write_port(const char *path)
{
    struct sockaddr_in at;
    socklen_t len = sizeof at;
    FILE *file = fopen(path, "we");

    if (!file || getsockname(subject_listener, (struct sockaddr *)&at, &len) == -1)
        err(1, "%s", path);
    fprintf(file, "%d\n", ntohs(at.sin_port));
    fclose(file);
}

/* The first calls of a process are looked at (shim/stream/observe.h): measured is what follows. */
static void read_much(void)
{
    int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    char byte;

    for (int i = 0; i < 110000; i++)
        if (read(zero, &byte, 1) != 1)
            err(1, "/dev/zero");
    close(zero);
}

static void open_listener(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1;

    subject_listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (subject_listener == -1 ||
        setsockopt(subject_listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == -1 ||
        bind(subject_listener, (struct sockaddr *)&any, sizeof any) == -1 ||
        listen(subject_listener, 1024) == -1)
        err(1, "listen");
}

/* Small pages, as a server's heap has after some days. */
static void touch(size_t megabytes)
{
    size_t size = megabytes << 20;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        err(1, "mmap");
    madvise(memory, size, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < size; i += 4096)
        memory[i] = 1;
}

static long execute_us(void)
{
    char *argv[] = {(char[]){"true"}, NULL};
    struct timespec begun, ended;
    pid_t pid;

    clock_gettime(CLOCK_MONOTONIC, &begun);
    if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) != 0 ||
        waitpid(pid, NULL, 0) == -1)
        errx(1, "/bin/true");
    clock_gettime(CLOCK_MONOTONIC, &ended);
    return (ended.tv_sec - begun.tv_sec) * 1000000 + (ended.tv_nsec - begun.tv_nsec) / 1000;
}

/* The least of so many times. */
static long execute(unsigned n)
{
    long least = LONG_MAX;

    for (unsigned i = 0; i < n; i++) {
        long us = execute_us();

        if (us < least)
            least = us;
    }
    return least;
}

static void obey(int fd, const char *line)
{
    char name[64];
    unsigned n = 0;

    if (sscanf(line, "row %63s %u", name, &n) == 2 && rows_run(name, (int)n) == -1)
        dprintf(fd, "no row %s\n", name);
    else if (sscanf(line, "touch %u", &n) == 1)
        touch(n);
    else if (strcmp(line, "watch\n") == 0)
        stall_watch();
    if (strcmp(line, "gap\n") == 0)
        dprintf(fd, "%ld\n", stall_gap_us());
    else if (sscanf(line, "execute %u", &n) == 1)
        dprintf(fd, "%ld\n", execute(n));
    else if (strcmp(line, "exit\n") == 0)
        exit(0);
    else
        dprintf(fd, "done\n");
}

static void serve(int fd)
{
    char line[256];
    ssize_t n = read(fd, line, sizeof line - 1);

    if (n > 0) {
        line[n] = '\0';
        obey(fd, line);
    } else {
        close(fd);
    }
}

static void accept_one(void)
{
    int fd = accept4(subject_listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd >= 0)
        watch_fd(fd);
}

static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max >= 4096) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    raise_limit();
    open_listener();
    read_much();
    epoll = epoll_create1(EPOLL_CLOEXEC);
    watch_fd(subject_listener);
    if (argc > 1)
        write_port(argv[1]);
    dprintf(STDERR_FILENO, "waiting %d\n", (int)getpid());
    for (;;) {
        struct epoll_event event;

        if (epoll_wait(epoll, &event, 1, -1) != 1)
            continue;
        if (event.data.fd == subject_listener)
            accept_one();
        else
            serve(event.data.fd);
    }
}
