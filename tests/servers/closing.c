/* SPDX-License-Identifier: ISC */
#include "server.h"

#include <sys/socket.h>
#include <sys/syscall.h>

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void close_by_fclose(int fd)
{
    FILE *file = fdopen(fd, "r+");
    if (file == NULL)
        err(1, "fdopen");
    fclose(file);
}

/* As the JVM does: another file takes the number, which closes the connection. */
static void close_by_dup2(int fd)
{
    int other = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (other == -1 || dup2(other, fd) == -1)
        err(1, "dup2");
    close(other);
    close(fd);
}

void close_connection(int fd)
{
    switch (config.closing) {
    case CLOSE_CLOSE:
        close(fd);
        break;
    case CLOSE_FCLOSE:
        close_by_fclose(fd);
        break;
    case CLOSE_RANGE:
        close_range((unsigned)fd, (unsigned)fd, 0);
        break;
    case CLOSE_DUP2:
        close_by_dup2(fd);
        break;
    case CLOSE_SYSCALL:
        syscall(SYS_close, fd);
        break;
    case CLOSE_SHUTDOWN:
        shutdown(fd, SHUT_RDWR);
        close(fd);
        break;
    }
}
