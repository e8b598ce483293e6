/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>
#include <fcntl.h>
#include <unistd.h>

#include "probe.h"
#include "sockets.h"

static struct epoll_event event = {.events = EPOLLIN};

static void errors(int epfd)
{
    int listener = tcp_listener(0), file = open("file", O_CREAT | O_RDWR, 0600);

    TRY(epoll_ctl(-1, EPOLL_CTL_ADD, listener, &event));
    TRY(epoll_ctl(77, EPOLL_CTL_ADD, listener, &event));
    TRY(epoll_ctl(listener, EPOLL_CTL_ADD, epfd, &event));
    TRY(epoll_ctl(epfd, EPOLL_CTL_ADD, -1, &event));
    TRY(epoll_ctl(epfd, EPOLL_CTL_ADD, 77, &event));
    TRY(epoll_ctl(epfd, EPOLL_CTL_ADD, epfd, &event));
    TRY(epoll_ctl(epfd, EPOLL_CTL_ADD, file, &event));
    TRY(epoll_ctl(epfd, EPOLL_CTL_ADD, listener, NULL));
    TRY(epoll_ctl(epfd, 99, listener, &event));
    TRY(epoll_ctl(epfd, EPOLL_CTL_MOD, listener, &event));
    TRY(epoll_ctl(epfd, EPOLL_CTL_DEL, listener, NULL));
    close(listener);
    close(file);
}

static void life(int epfd, int listener)
{
    struct epoll_event got = {0};
    int client;

    event.data.u64 = 0x123456789abcdef0;
    TRY(epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &event));
    TRY(epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &event));
    client = client_of(listener);
    TRY(epoll_wait(epfd, &got, 1, 1000));
    say("events %x data %llx", got.events, (unsigned long long)got.data.u64);
    event.events = EPOLLIN | EPOLLONESHOT;
    event.data.u64 = 5;
    TRY(epoll_ctl(epfd, EPOLL_CTL_MOD, listener, &event));
    TRY(epoll_wait(epfd, &got, 1, 1000));
    say("events %x data %llx", got.events, (unsigned long long)got.data.u64);
    TRY(epoll_wait(epfd, &got, 1, 0));
    event.events = EPOLLIN | EPOLLET;
    TRY(epoll_ctl(epfd, EPOLL_CTL_MOD, listener, &event));
    TRY(epoll_wait(epfd, &got, 1, 1000));
    TRY(epoll_wait(epfd, &got, 1, 0));
    TRY(epoll_ctl(epfd, EPOLL_CTL_DEL, listener, &event));
    TRY(epoll_wait(epfd, &got, 1, 0));
    event.events = EPOLLIN | EPOLLEXCLUSIVE;
    TRY(epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &event));
    TRY(epoll_ctl(epfd, EPOLL_CTL_MOD, listener, &event));
    TRY(epoll_wait(epfd, &got, 1, 1000));
    event.events = EPOLLIN;
    close(client);
    close(listener);
}

/* Registered before it listens, as some event loops do. */
static void early(int epfd)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), client;
    struct epoll_event got;

    TRY(epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event));
    TRY(bind_loopback(fd, 0));
    TRY(listen(fd, 5));
    client = client_of(fd);
    TRY(epoll_wait(epfd, &got, 1, 1000));
    close(client);
    close(fd);
}

PROBE(epoll_ctl)
{
    int epfd = epoll_create1(EPOLL_CLOEXEC);

    errors(epfd);
    life(epfd, tcp_listener(0));
    life(epfd, unix_listener("a", SOCK_STREAM));
    early(epfd);
    show_fds();
}
