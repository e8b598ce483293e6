/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static void errors(void)
{
    int open = 0;

    TRY(close(-1));
    TRY(close(77));
    TRY(close(1 << 20));
    TRY(close(0x7fffffff));
    for (int fd = OWN_FROM; fd < 1100 && !probe_early;
         fd++) /* nor is the shim's own any business of a server */
        open += close(fd) == 0;
    say("%d more were open", open);
}

static void kinds(void)
{
    int listener = tcp_listener(0), client, fd = connection(listener, &client), pipes[2];
    int file = open("file", O_CREAT | O_RDWR | O_CLOEXEC, 0600);

    if (pipe(pipes) < 0)
        return;
    TRY(close(file));
    TRY(close(pipes[1]));
    show_end("pipe", pipes[0]);
    TRY(close(pipes[0]));
    show_end("client", client);
    TRY(close(fd));
    show_end("client", client);
    TRY(close(fd));
    TRY(close(client));
    TRY(close(listener));
    TRY(accept(listener, NULL, NULL));
    TRY(close(listener));
    show_fds();
}

/* A registration ends with the last number of the socket. */
static void in_epoll(void)
{
    struct epoll_event event = {.events = EPOLLIN}, got;
    int listener = tcp_listener(0), epfd = epoll_create1(0), client;

    TRY(epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &event));
    client = client_of(listener);
    TRY(epoll_wait(epfd, &got, 1, 1000));
    TRY(close(listener));
    TRY(epoll_wait(epfd, &got, 1, 0));
    close(client);
    close(epfd);
}

static int inherited_listener, inherited_epoll;

static int close_both(void)
{
    return close(inherited_listener) == 0 && close(inherited_epoll) == 0 ? 0 : 1;
}

/* What a child closes is still its parent's. */
static void by_a_child(void)
{
    struct epoll_event event = {.events = EPOLLIN}, got;
    int client;

    inherited_listener = tcp_listener(0);
    inherited_epoll = epoll_create1(0);
    TRY(epoll_ctl(inherited_epoll, EPOLL_CTL_ADD, inherited_listener, &event));
    in_child("child closes", close_both);
    client = client_of(inherited_listener);
    TRY(epoll_wait(inherited_epoll, &got, 1, 1000));
    close(client);
    close(inherited_epoll);
    show_served("parent", inherited_listener);
    close(inherited_listener);
}

/* close() is a cancellation point; a file that was not closed by then stays open. */
static void *cancel_myself(void *data)
{
    pthread_cancel(pthread_self());
    close(*(int *)data);
    return NULL;
}

static void cancelled(int fd)
{
    pthread_t thread;

    pthread_create(&thread, NULL, cancel_myself, &fd);
    show_join("cancelled in close", thread);
    say("open: %d", is_open(fd));
    TRY(close(fd));
}

PROBE(close)
{
    int client, listener;

    errors();
    kinds();
    in_epoll();
    by_a_child();
    listener = tcp_listener(0);
    cancelled(open("file", O_RDONLY));
    cancelled(connection(listener, &client));
    cancelled(listener);
    show_end("client", client);
    TRY(close(STDIN_FILENO));
    TRY(socket(AF_INET, SOCK_STREAM, 0));
    show_fds();
}
