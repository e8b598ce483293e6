/* SPDX-License-Identifier: ISC */
/* An HTTP server of one process and one epoll: GET / is answered with the version. It knows
 * nothing of restarts. */
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "1"
#endif

struct client {
    int fd;
    size_t got, sent, todo;
    char in[4096], out[4096];
};

static int epoll;

static _Noreturn void give_up(const char *what)
{
    perror(what);
    exit(1);
}

static void watch(int fd, unsigned events, void *data, int how)
{
    struct epoll_event event = {.events = events, .data.ptr = data};

    if (epoll_ctl(epoll, how, fd, &event) < 0)
        give_up("epoll_ctl");
}

static int listen_at(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) < 0)
        give_up("socket");
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        give_up("bind");
    if (listen(fd, SOMAXCONN) < 0)
        give_up("listen");
    return fd;
}

static void leave(struct client *c)
{
    close(c->fd);
    free(c);
}

static void welcome(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    struct client *c;

    if (fd < 0)
        return;
    c = calloc(1, sizeof(*c));
    if (!c) {
        close(fd);
        return;
    }
    c->fd = fd;
    watch(fd, EPOLLIN, c, EPOLL_CTL_ADD);
}

/* The answer to a whole request, if there is one, goes to c->out. */
static void answer(struct client *c)
{
    static const char body[] = "version " VERSION "\n", nothing[] = "no such page\n";
    char *end = memmem(c->in, c->got, "\r\n\r\n", 4);
    int found;

    if (!end || c->todo)
        return;
    found = strncmp(c->in, "GET / ", 6) == 0;
    c->todo = snprintf(c->out, sizeof(c->out),
                       "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n%s",
                       found ? "200 OK" : "404 Not Found",
                       (found ? sizeof(body) : sizeof(nothing)) - 1, found ? body : nothing);
    c->sent = 0;
    c->got -= end + 4 - c->in;
    memmove(c->in, end + 4, c->got);
}

/* Returns -1 if the connection is done with. */
static int receive(struct client *c)
{
    ssize_t n = read(c->fd, c->in + c->got, sizeof(c->in) - c->got);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (n == 0) /* the end, or a request that is too long */
        return -1;
    c->got += n;
    return 0;
}

static int reply(struct client *c)
{
    ssize_t n = send(c->fd, c->out + c->sent, c->todo, MSG_NOSIGNAL);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    c->sent += n;
    c->todo -= n;
    return 0;
}

static void serve(struct client *c)
{
    if (!c->todo && receive(c) < 0) {
        leave(c);
        return;
    }
    for (answer(c); c->todo; answer(c)) {
        size_t before = c->todo;

        if (reply(c) < 0) {
            leave(c);
            return;
        }
        if (c->todo == before)
            break;
    }
    watch(c->fd, c->todo ? EPOLLOUT : EPOLLIN, c, EPOLL_CTL_MOD);
}

int main(int argc, char **argv)
{
    int listener = listen_at(argc > 1 ? atoi(argv[1]) : 8080);

    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        give_up("epoll_create1");
    watch(listener, EPOLLIN, NULL, EPOLL_CTL_ADD);
    for (;;) {
        struct epoll_event events[64];
        int n = epoll_wait(epoll, events, 64, -1);

        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr)
                serve(events[i].data.ptr);
            else
                welcome(listener);
        }
    }
}
