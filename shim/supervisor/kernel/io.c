/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/io.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The kernel is older than RWF_NOWAIT for this kind of file. */
static bool lacks_nowait(ssize_t r)
{
    return r < 0 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL);
}

static bool is_ready(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};

    return poll(&p, 1, 0) > 0 && (p.revents & events);
}

ssize_t io_read(int fd, void *buf, size_t size)
{
    struct iovec iov = {buf, size};
    ssize_t n = preadv2(fd, &iov, 1, -1, RWF_NOWAIT);

    if (!lacks_nowait(n))
        return n;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (is_ready(fd, POLLIN))
        return read(fd, buf, size);
    errno = EAGAIN;
    return -1;
}

/* With RWF_NOWAIT a regular file may refuse what it would take at once. */
static bool is_regular(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static ssize_t write_some(int fd, const void *buf, size_t size)
{
    struct iovec iov = {(void *)(uintptr_t)buf, size};
    ssize_t n = send(fd, buf, size, MSG_DONTWAIT | MSG_NOSIGNAL);

    if (n >= 0 || errno != ENOTSOCK)
        return n;
    if (is_regular(fd))
        return write(fd, buf, size);
    if (!is_ready(fd, POLLOUT))
        return -1;
    n = pwritev2(fd, &iov, 1, -1, RWF_NOWAIT);
    return lacks_nowait(n) ? write(fd, buf, size) : n;
}

bool io_write(int fd, const void *buf, size_t size)
{
    return write_some(fd, buf, size) == (ssize_t)size;
}

int io_open(int dir, const char *name, int flags, bool device)
{
    int fd = openat(dir, name, flags | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0644);
    struct stat st;

    if (fd < 0) {
        if (errno == ENXIO) /* a FIFO that nobody reads, or a socket */
            errno = 0;
        return -1;
    }
    if (fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || (device && S_ISCHR(st.st_mode))))
        return fd;
    close(fd);
    errno = 0;
    return -1;
}

const char *io_error(void)
{
    if (errno == ELOOP)
        return "it is a symbolic link";
    return errno == 0 ? "it is no regular file" : strerror(errno);
}

static bool is_ours(const struct stat *st)
{
    return st->st_uid == 0 || st->st_uid == geteuid();
}

/* O_PATH waits for nothing: it opens no device and no FIFO. */
static int step_into(int dir, const char *name)
{
    int next = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat place, link;
    bool trusted;

    if (next < 0 || fstat(next, &link) < 0 || !S_ISLNK(link.st_mode))
        return next;
    trusted = fstat(dir, &place) == 0 && is_ours(&place) && is_ours(&link);
    close(next);
    if (trusted)
        return openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
    errno = ELOOP;
    return -1;
}

int io_open_directory(const char *path, const char **name)
{
    int dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    const char *slash;
    char part[NAME_MAX + 2]; /* one that is too long stays so */
    int next;

    path += strspn(path, "/");
    for (; dir >= 0 && (slash = strchr(path, '/')); path = slash + strspn(slash, "/")) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        next = step_into(dir, part);
        close(dir);
        dir = next;
    }
    *name = path;
    return dir;
}

int io_reopen(pid_t pid, int fd, int flags)
{
    char process[16] = "self", path[48];

    if (pid)
        snprintf(process, sizeof process, "%d", (int)pid);
    snprintf(path, sizeof path, "/proc/%s/fd/%d", process, fd);
    return open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static void read_control(struct msghdr *hdr, struct ucred *sender, int *fds, unsigned *n)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(hdr); c; c = CMSG_NXTHDR(hdr, c)) {
        if (c->cmsg_level != SOL_SOCKET)
            continue;
        if (c->cmsg_type == SCM_CREDENTIALS) {
            memcpy(sender, CMSG_DATA(c), sizeof *sender);
        } else if (c->cmsg_type == SCM_RIGHTS && fds) {
            *n = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof *fds);
            memcpy(fds, CMSG_DATA(c), *n * sizeof *fds);
        }
    }
}

static ssize_t receive(int sock, struct iovec *iov, int flags, struct ucred *sender, int *fds,
                       unsigned *n)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof *sender) + CMSG_SPACE(IO_FDS * sizeof *fds)];
    } control;
    struct msghdr hdr = {.msg_iov = iov, .msg_iovlen = 1, .msg_control = &control};
    ssize_t got;

    /* CMSG_LEN: in the padding of CMSG_SPACE there is room for another descriptor */
    hdr.msg_controllen = CMSG_SPACE(sizeof *sender) + (fds ? CMSG_LEN(*n * sizeof *fds) : 0);
    *sender = (struct ucred){.uid = IO_NOBODY};
    do
        got = recvmsg(sock, &hdr, flags | MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (fds)
        *n = 0;
    if (got >= 0)
        read_control(&hdr, sender, fds, n);
    return got;
}

ssize_t io_receive(int sock, void *buf, size_t size, struct ucred *sender, int *fds, unsigned *n)
{
    return receive(sock, &(struct iovec){buf, size}, 0, sender, fds, n);
}

ssize_t io_peek(int sock, void *buf, size_t size, struct ucred *sender)
{
    return receive(sock, &(struct iovec){buf, size}, MSG_PEEK, sender, NULL, NULL);
}

int io_socket_option(int fd, int option)
{
    int value = -1;
    socklen_t len = sizeof value;

    return getsockopt(fd, SOL_SOCKET, option, &value, &len) == 0 ? value : -1;
}

uint64_t io_socket_cookie(int fd)
{
    uint64_t cookie = 0;
    socklen_t len = sizeof cookie;

    getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
    return cookie;
}

void io_close_socket(int fd)
{
    const struct linger none = {0, 0};

    if (fd < 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close(fd);
}
