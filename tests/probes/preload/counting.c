/* SPDX-License-Identifier: ISC */
/* Another library that is preloaded: adds a byte to the file $COUNTING for each connection that is
 * accepted, and refuses to close descriptor 77. */
#include <sys/socket.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define NEXT(call) ((__typeof__(&call))(uintptr_t)dlsym(RTLD_NEXT, #call))

static void count(void)
{
    const char *path = getenv("COUNTING");
    int saved = errno, fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;

    if (fd >= 0 && write(fd, ".", 1) == 1)
        NEXT(close)(fd);
    errno = saved;
}

int accept(int fd, struct sockaddr *restrict addr, socklen_t *restrict len)
{
    int r = NEXT(accept)(fd, addr, len);

    if (r >= 0)
        count();
    return r;
}

int accept4(int fd, struct sockaddr *restrict addr, socklen_t *restrict len, int flags)
{
    int r = NEXT(accept4)(fd, addr, len, flags);

    if (r >= 0)
        count();
    return r;
}

int close(int fd)
{
    if (fd != 77)
        return NEXT(close)(fd);
    errno = EIO;
    return -1;
}
