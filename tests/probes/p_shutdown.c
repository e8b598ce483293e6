/* SPDX-License-Identifier: ISC */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <poll.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static void errors(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    TRY(shutdown(-1, SHUT_RD));
    TRY(shutdown(77, SHUT_RD));
    TRY(shutdown(STDIN_FILENO, SHUT_RD));
    TRY(shutdown(fd, SHUT_RD));
    TRY(shutdown(fd, 9));
    close(fd);
}

static void connections(void)
{
    int listener = tcp_listener(0), client, fd = connection(listener, &client);

    TRY(shutdown(fd, 9));
    TRY(shutdown(fd, SHUT_WR));
    show_end("client", client);
    TRY(shutdown(fd, SHUT_WR));
    TRY(shutdown(fd, SHUT_RD));
    show_end("server", fd);
    close(fd);
    close(client);
    close(listener);
}

static int thread_result, thread_error;

static void *blocked(void *data)
{
    thread_result = accept(*(int *)data, NULL, NULL);
    thread_error = errno;
    return NULL;
}

static void show_poll(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int r = poll(&p, 1, 0);

    say("poll %d%s%s%s", r, p.revents & POLLIN ? " in" : "", p.revents & POLLHUP ? " hup" : "",
        p.revents & POLLERR ? " err" : "");
}

static int listening(int fd)
{
    int value = -1;
    socklen_t len = sizeof value;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len) < 0 ? -1 : value;
}

/* Only the reading side ends a listener. */
static void survives(int listener)
{
    TRY(shutdown(listener, 9));
    TRY(shutdown(listener, SHUT_WR));
    TRY(listening(listener));
    show_served("as before", listener);
}

static void ends(int listener)
{
    struct epoll_event event = {.events = EPOLLIN}, got;
    int epfd = epoll_create1(0);
    pthread_t thread = blocked_thread(blocked, &listener);

    epoll_ctl(epfd, EPOLL_CTL_ADD, listener, &event);
    TRY(shutdown(listener, SHUT_RDWR));
    show_join("woken", thread);
    say_result("accept in the thread", thread_result, thread_error);
    show_flags(listener);
    TRY(listening(listener));
    show_poll(listener);
    TRY(epoll_wait(epfd, &got, 1, 0));
    TRY(accept(listener, NULL, NULL));
    TRY(shutdown(listener, SHUT_RD));
    TRY(close(listener));
    close(epfd);
}

PROBE(shutdown)
{
    int fd;

    errors();
    connections();
    survives(fd = tcp_listener(0));
    ends(fd);
    ends(tcp_listener(0));
    ends(unix_listener("a", SOCK_STREAM));
    fd = tcp_listener(SOCK_NONBLOCK | SOCK_CLOEXEC);
    TRY(shutdown(fd, SHUT_RD));
    show_flags(fd);
    TRY(accept(fd, NULL, NULL));
    show_fds();
}
