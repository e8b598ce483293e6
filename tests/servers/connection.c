/* SPDX-License-Identifier: ISC */
#include "server.h"

#include <sys/socket.h>
#include <sys/timerfd.h>

#include <err.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 4096, HEAD_MAX = 1024 };

/* By fd, so that the threads of a process don't need a lock. */
static struct connection {
    char head[HEAD_MAX];
    size_t len;
    int answered_by_timer; /* of a timer: the connection that waits for it; else 0 */
} connections[CONNECTIONS_MAX];

static bool head_complete(const struct connection *c)
{
    return strstr(c->head, "\r\n\r\n") != NULL;
}

/* 1: the head is whole, 0: more to come, -1: the client is gone. */
static int head_read(int fd, struct connection *c, int flags)
{
    while (!head_complete(c)) {
        ssize_t got = recv(fd, c->head + c->len, HEAD_MAX - 1 - c->len, flags);
        if (got == -1 && errno == EINTR)
            continue;
        if (got == -1 && errno == EAGAIN)
            return 0;
        if (got <= 0)
            return -1;
        c->len += (size_t)got;
        c->head[c->len] = '\0';
    }
    return 1;
}

static void connection_reset(struct connection *c)
{
    c->len = 0;
    c->head[0] = '\0';
    c->answered_by_timer = 0;
}

void connection_begin(void *set, int fd)
{
    if (fd >= CONNECTIONS_MAX)
        errx(1, "too many connections");
    connection_reset(&connections[fd]);
    config.way->watch(set, fd, false);
}

static void finish(int fd)
{
    answer_send(fd, connections[fd].head);
    close_connection(fd);
}

/* The loop goes on with others meanwhile. */
static void answer_later(void *set, int fd)
{
    unsigned pause = answer_pause();
    struct itimerspec when = {
        .it_value = {.tv_sec = pause / 1000, .tv_nsec = pause % 1000 * 1000000L}};
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

    if (timer == -1 || timer >= CONNECTIONS_MAX)
        err(1, "timerfd_create");
    timerfd_settime(timer, 0, &when, NULL);
    connections[timer].answered_by_timer = fd;
    config.way->watch(set, timer, false);
}

static void timer_event(void *set, int timer)
{
    int fd = connections[timer].answered_by_timer;

    connections[timer].answered_by_timer = 0;
    config.way->forget(set, timer);
    close(timer);
    if (answer_is_due())
        finish(fd);
    else
        answer_later(set, fd);
}

void connection_event(void *set, int fd)
{
    struct connection *c = &connections[fd];

    if (c->answered_by_timer != 0) {
        timer_event(set, fd);
        return;
    }
    int state = head_read(fd, c, MSG_DONTWAIT);
    if (state == 0)
        return;
    config.way->forget(set, fd);
    if (state == -1)
        close_connection(fd);
    else if (answer_is_slow(c->head))
        answer_later(set, fd);
    else
        finish(fd);
}

void connection_serve_blocking(int fd)
{
    struct connection c;

    connection_reset(&c);
    if (head_read(fd, &c, 0) == 1) {
        if (answer_is_slow(c.head))
            do
                sleep_ms(answer_pause());
            while (!answer_is_due());
        answer_send(fd, c.head);
    }
    close_connection(fd);
}
