/* SPDX-License-Identifier: ISC */
/* The ways to read from a connection and to write to it. */
#include "streams.h"

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { MOST_PIECES = 60 };

static int pieces_of(struct iovec *pieces, const char *data, size_t n, size_t size)
{
    int count = 0;

    for (; n > 0 && count < MOST_PIECES; count++) {
        size_t here = n < size || count == MOST_PIECES - 1 ? n : size;

        pieces[count] = (struct iovec){(char *)data, here};
        data += here;
        n -= here;
    }
    return count;
}

/* Exactly what has come. */
static ssize_t read_peeked(int fd, char *to, size_t most, int flags)
{
    ssize_t n = recv(fd, to, most, MSG_PEEK);

    return n > 0 ? recv(fd, to, (size_t)n, flags) : n;
}

static ssize_t read_stdio(struct stream *s, char *to)
{
    int c;

    if (!s->in)
        s->in = fdopen(dup(s->fd), "r");
    c = getc(s->in);
    *to = (char)c;
    return c == EOF ? 0 : 1;
}

static ssize_t read_in_way(struct stream *s, char *to, size_t most, int flags)
{
    struct iovec pieces[MOST_PIECES];
    struct msghdr message = {.msg_iov = pieces,
                             .msg_iovlen = (size_t)pieces_of(pieces, to, most, 9)};

    switch (s->reading) {
    case 'b':
        return read(s->fd, to, 1);
    case 'c':
        return recv(s->fd, to, most, flags);
    case 'f':
        return read_stdio(s, to);
    case 'm':
        return recvmsg(s->fd, &message, flags);
    case 'p':
        return read_peeked(s->fd, to, most, flags);
    case 'v':
        return readv(s->fd, pieces, (int)message.msg_iovlen);
    case 'w':
        return read_peeked(s->fd, to, most, MSG_WAITALL);
    case 'y':
        return syscall(SYS_recvmsg, s->fd, &message, flags);
    default:
        return flags ? recv(s->fd, to, most, flags) : read(s->fd, to, most);
    }
}

ssize_t stream_read(struct stream *s, size_t most, int flags)
{
    size_t room = STREAM_BUFFER - s->have;
    ssize_t n;

    most = most < room ? most : room;
    while ((n = read_in_way(s, s->buffer + s->have, most, flags)) < 0 && errno == EAGAIN && !flags)
        poll(&(struct pollfd){.fd = s->fd, .events = POLLIN}, 1, -1);
    if (n > 0)
        s->have += (size_t)n;
    s->buffer[s->have] = '\0';
    return n;
}

bool stream_skip(struct stream *s, size_t n)
{
    while (s->have < n)
        if (stream_read(s, n - s->have, 0) <= 0)
            return false;
    s->have -= n;
    memmove(s->buffer, s->buffer + n, s->have + 1);
    return true;
}

static ssize_t send_file(int fd, const char *data, size_t n)
{
    int file = memfd_create("answer", MFD_CLOEXEC);
    off_t at = 0;
    ssize_t r;

    if (file < 0 || write(file, data, n) != (ssize_t)n)
        err(1, "memfd");
    r = sendfile(fd, file, &at, n);
    close(file);
    return r;
}

/* What the socket does not take is lost with the pipe: so it is not more than a pipe holds, and the
 * socket is a blocking one. */
static ssize_t send_spliced(int fd, const char *data, size_t n)
{
    int ends[2];
    ssize_t r;

    if (pipe2(ends, O_CLOEXEC) < 0 || write(ends[1], data, n) != (ssize_t)n)
        err(1, "pipe");
    r = splice(ends[0], NULL, fd, NULL, n, 0);
    close(ends[0]);
    close(ends[1]);
    return r;
}

static ssize_t send_stdio(struct stream *s, const char *data, size_t n)
{
    if (!s->out)
        s->out = fdopen(dup(s->fd), "w");
    return fprintf(s->out, "%.*s", (int)n, data) == (int)n && fflush(s->out) == 0 ? (ssize_t)n : -1;
}

static ssize_t write_in_way(struct stream *s, char way, const char *data, size_t n)
{
    struct iovec pieces[MOST_PIECES];
    struct msghdr message = {.msg_iov = pieces,
                             .msg_iovlen = (size_t)pieces_of(pieces, data, n, way == 'V' ? 1 : 7)};

    switch (way) {
    case 's':
        return send(s->fd, data, n, MSG_NOSIGNAL);
    case 'S':
        return sendto(s->fd, data, n, 0, NULL, 0);
    case 'v':
    case 'V':
        return writev(s->fd, pieces, (int)message.msg_iovlen);
    case 'm':
        return sendmsg(s->fd, &message, 0);
    case 'M':
        return syscall(SYS_sendmsg, s->fd, &message, 0);
    case 'W':
        return syscall(SYS_write, s->fd, data, n);
    case 'f':
        return send_file(s->fd, data, n);
    case 'l':
        return send_spliced(s->fd, data, n);
    case 'o':
        return send_stdio(s, data, n);
    default:
        return write(s->fd, data, n);
    }
}

void stream_write(struct stream *s, char way, const char *data, size_t n)
{
    while (n > 0) {
        ssize_t r = write_in_way(s, way, data, n);

        if (r > 0) {
            data += r;
            n -= (size_t)r;
        } else if (errno == EAGAIN) {
            poll(&(struct pollfd){.fd = s->fd, .events = POLLOUT}, 1, -1);
        } else {
            if (errno != EPIPE && errno != ECONNRESET)
                warn("way %c", way);
            return;
        }
    }
}
