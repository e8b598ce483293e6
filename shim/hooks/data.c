/* SPDX-License-Identifier: ISC */
/* Hooks of what a connection carries: one jump each (libc/data_path.h). */
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "libc/data_path.h"
#include "libc/export.h"

EXPORT ssize_t read(int fd, void *buffer, size_t n)
{
    return data_path.read(fd, buffer, n);
}

ssize_t __read_chk(int fd, void *buffer, size_t n, size_t size);
EXPORT ssize_t __read_chk(int fd, void *buffer, size_t n, size_t size)
{
    return data_path.__read_chk(fd, buffer, n, size);
}

EXPORT ssize_t readv(int fd, const struct iovec *pieces, int count)
{
    return data_path.readv(fd, pieces, count);
}

EXPORT ssize_t recv(int fd, void *buffer, size_t n, int flags)
{
    return data_path.recv(fd, buffer, n, flags);
}

ssize_t __recv_chk(int fd, void *buffer, size_t n, size_t size, int flags);
EXPORT ssize_t __recv_chk(int fd, void *buffer, size_t n, size_t size, int flags)
{
    return data_path.__recv_chk(fd, buffer, n, size, flags);
}

EXPORT ssize_t write(int fd, const void *data, size_t n)
{
    return data_path.write(fd, data, n);
}

EXPORT ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    return data_path.writev(fd, pieces, count);
}

EXPORT ssize_t send(int fd, const void *data, size_t n, int flags)
{
    return data_path.send(fd, data, n, flags);
}

EXPORT ssize_t sendto(int fd, const void *data, size_t n, int flags, const struct sockaddr *to,
                      socklen_t len)
{
    return data_path.sendto(fd, data, n, flags, to, len);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    return data_path.sendmsg(fd, message, flags);
}

EXPORT ssize_t sendfile(int to, int from, off_t *offset, size_t n)
{
    return data_path.sendfile(to, from, offset, n);
}

EXPORT ssize_t sendfile64(int to, int from, off_t *offset, size_t n)
{
    return data_path.sendfile64(to, from, offset, n);
}
