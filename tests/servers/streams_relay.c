/* SPDX-License-Identifier: ISC */
/* The ways to pass on what comes as it is. */
#include "streams.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

struct direction {
    int from, to;
    char way;
};

static void pass_pieces(int to, const char *data, ssize_t n, ssize_t size)
{
    for (ssize_t at = 0, here; at < n; at += here) {
        here = n - at < size ? n - at : size;
        if (write(to, data + at, (size_t)here) != here)
            return;
    }
}

static ssize_t pass_spliced(const struct direction *d)
{
    int ends[2];
    ssize_t n;

    if (pipe2(ends, O_CLOEXEC) < 0)
        err(1, "pipe");
    n = splice(d->from, NULL, ends[1], NULL, 65536, 0);
    if (n > 0)
        n = splice(ends[0], NULL, d->to, NULL, (size_t)n, 0);
    close(ends[0]);
    close(ends[1]);
    return n;
}

/* False: no more comes. */
static bool pass(const struct direction *d)
{
    char buffer[4096];
    size_t most = d->way == 'b' ? 1 : d->way == 't' ? 16 : sizeof buffer;
    ssize_t n;

    if (d->way == 's')
        return pass_spliced(d) > 0;
    n = read(d->from, buffer, most);
    pass_pieces(d->to, buffer, n, d->way == 'p' ? 2 : (ssize_t)sizeof buffer);
    return n > 0;
}

static void *pass_all(void *direction)
{
    struct direction *d = direction;

    while (pass(d))
        continue;
    shutdown(d->to, SHUT_WR);
    return NULL;
}

static void pass_in_child(struct direction *d)
{
    if (fork() == 0) {
        pass_all(d);
        _exit(0);
    }
}

/* The first that ends ends both: a client that goes is all that happens here. */
static void pass_in_turn(struct direction *up, struct direction *down)
{
    struct pollfd fds[] = {{.fd = up->from, .events = POLLIN},
                           {.fd = down->from, .events = POLLIN}};

    while (poll(fds, 2, -1) > 0)
        if ((fds[0].revents && !pass(up)) || (fds[1].revents && !pass(down)))
            return;
}

static int connected(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(fd, (struct sockaddr *)&at, sizeof at) < 0)
        err(1, "connect");
    return fd;
}

/* T: a thread each; F: a process each; m: what goes up is read and written, what comes is spliced;
 * else in this thread. */
void stream_relay(struct stream *s, int port, char way)
{
    int origin = connected(port);
    struct direction up = {s->fd, origin, way}, down = {origin, s->fd, way == 'm' ? 's' : way};
    pthread_t thread;

    pass_pieces(origin, s->buffer, (ssize_t)s->have, STREAM_BUFFER);
    s->have = 0;
    if (way == 'T' && pthread_create(&thread, NULL, pass_all, &up) == 0) {
        pass_all(&down);
        pthread_join(thread, NULL);
    } else if (way == 'F') {
        pass_in_child(&up);
        pass_in_child(&down);
        while (wait(NULL) > 0)
            continue;
    } else {
        pass_in_turn(&up, &down);
    }
    close(origin);
}
