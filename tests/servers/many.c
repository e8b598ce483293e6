/* SPDX-License-Identifier: ISC */
/*
 * many [--group N] [--workers N] [--addresses N] [--ports N] [--gate FILE] PORT: a server with many
 * listeners on 127.0.0.1:PORT.
 *
 * N members of an SO_REUSEPORT group, each worker with its share of them (default: one listener,
 * one process); or one listener on each of N addresses from 127.1.0.1 on.  They are bound when FILE
 * exists, if one is named; then it says "bound in N us" on standard error and serves.
 *
 * A request for /cycles/N opens so many listeners on 127.0.0.2, one after the other, as an FTP
 * server does for each transfer, on ports of its N from PORT up, or those that the kernel chooses:
 * a client connects, is accepted, and all is closed.  The answer is how many microseconds that
 * took.
 */
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <err.h>
#include <getopt.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int group, workers = 1, addresses, ports, port;
static const char *gate;
static int epoll;

static long now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
}

/* -1 where it can't be bound. */
static int listener(uint32_t host, int number, int flags)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(host), .sin_port = htons((uint16_t)number)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), one = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (group && host == INADDR_LOOPBACK)
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 16) == 0)
        return fd;
    close(fd);
    return -1;
}

static int passive_listener(void)
{
    static int next;

    for (int tries = 0; tries <= ports; tries++) {
        int fd = listener(INADDR_LOOPBACK + 1, ports ? port + next++ % ports : 0, 0);

        if (fd != -1)
            return fd;
    }
    err(1, "no port is free");
}

static void cycle(void)
{
    int passive = passive_listener(), client, accepted;
    struct sockaddr_in at;
    socklen_t len = sizeof at;

    getsockname(passive, (struct sockaddr *)&at, &len);
    client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(client, (struct sockaddr *)&at, len) == -1)
        err(1, "connect");
    accepted = accept(passive, NULL, NULL);
    if (accepted == -1)
        err(1, "accept");
    close(passive);
    close(client);
    close(accepted);
}

static void answer(int fd)
{
    char text[4096] = "";
    int n = 0;
    long begun = now_us();

    if (read(fd, text, sizeof text - 1) > 0) {
        sscanf(text, "GET /cycles/%d", &n);
        for (int i = 0; i < n; i++)
            cycle();
        dprintf(fd, "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n%ld\n", now_us() - begun);
    }
    close(fd);
}

static void serve(void)
{
    for (;;) {
        struct epoll_event events[16];
        int n = epoll_wait(epoll, events, 16, -1);

        for (int i = 0; i < n; i++) {
            int fd = accept4(events[i].data.fd, NULL, NULL, SOCK_CLOEXEC);

            if (fd != -1)
                answer(fd);
        }
    }
}

static uint32_t host(int i)
{
    enum { FIRST = 0x7f010001 };

    return addresses ? FIRST + (uint32_t)i : INADDR_LOOPBACK;
}

static void open_share(int worker)
{
    int all = group ? group : addresses ? addresses : 1;

    epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = worker; i < all; i += workers) {
        struct epoll_event event = {.events = EPOLLIN,
                                    .data.fd = listener(host(i), port, SOCK_NONBLOCK)};

        if (event.data.fd == -1)
            err(1, "bind");
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event) == -1)
            err(1, "epoll_ctl");
    }
}

/* The last one that has bound its share says so. */
static void work(int worker, atomic_int *bound, long begun)
{
    open_share(worker);
    if (atomic_fetch_add(bound, 1) + 1 == workers)
        fprintf(stderr, "bound in %ld us\n", now_us() - begun);
    serve();
}

static void read_options(int argc, char **argv)
{
    static const struct option options[] = {
        {"group", required_argument, NULL, 'g'},     {"workers", required_argument, NULL, 'w'},
        {"addresses", required_argument, NULL, 'a'}, {"ports", required_argument, NULL, 'p'},
        {"gate", required_argument, NULL, 'f'},      {0}};
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
        switch (c) {
        case 'g':
            group = atoi(optarg);
            break;
        case 'w':
            workers = atoi(optarg);
            break;
        case 'p':
            ports = atoi(optarg);
            break;
        case 'a':
            addresses = atoi(optarg);
            break;
        case 'f':
            gate = optarg;
            break;
        default:
            errx(2, "see many.c");
        }
    if (argc != optind + 1 || workers < 1)
        errx(2, "see many.c");
    port = atoi(argv[optind]);
}

static void await_gate(void)
{
    while (gate && access(gate, F_OK) == -1)
        usleep(10000);
}

int main(int argc, char **argv)
{
    atomic_int *bound =
        mmap(NULL, sizeof *bound, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    long begun;

    read_options(argc, argv);
    await_gate();
    begun = now_us();
    for (int i = 1; i < workers; i++)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            work(i, bound, begun);
        }
    work(0, bound, begun);
}
