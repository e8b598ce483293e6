/* SPDX-License-Identifier: ISC */
/* Hooks of descriptors: every way to close or copy one, to ask for it by its number, and to see or
 * change O_NONBLOCK. */
#include <sys/ioctl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "libc/export.h"
#include "libc/real.h"
#include "libc/vfork.h"
#include "listener/descriptors.h"
#include "listener/listening.h"
#include "listener/lock_call.h"
#include "listener/nonblock.h"
#include "listener/pid_lock.h"
#include "process/connections.h"
#include "process/guest.h"
#include "process/readable.h"
#include "process/self.h"

static __attribute__((noinline)) int close_known(int fd, unsigned known)
{
    return known == FD_CONNECTION && !vfork_called ? connections_close(fd) : descriptors_close(fd);
}

/* Who serves files closes one for each request. */
EXPORT int close(int fd)
{
    unsigned known = fdtab_get(fd);

    return known == FD_NONE ? real.close(fd) : close_known(fd, known);
}

EXPORT int close_range(unsigned first, unsigned last, int flags)
{
    return descriptors_close_range(first, last, flags);
}

EXPORT void closefrom(int first)
{
    if (!self.on || descriptors_close_range(first < 0 ? 0 : (unsigned)first, ~0u, 0) != 0)
        real.closefrom(first);
}

EXPORT int dup(int fd)
{
    return descriptors_copied(fd, real.dup(fd));
}

EXPORT int dup2(int fd, int to)
{
    return descriptors_duplicate(fd, to, DESCRIPTORS_DUP2);
}

EXPORT int dup3(int fd, int to, int flags)
{
    return descriptors_duplicate(fd, to, flags);
}

/* While it is the only one, a generation sees the flag itself: another process or a copy of the
 * descriptor may have changed it. */
static bool shares_flag(int fd)
{
    return fdtab_kind(fd) == FD_PLACEHOLDER || self_shares();
}

/* Is O_NONBLOCK of fd the server's belief, not the shared flag?  A listener that came with the
 * process (uvicorn's workers) is known from here on. */
static bool believes_flag(int fd)
{
    if (fdtab_is(fd, FDS_SEEM_LISTENING))
        return !guest_is_running();
    return fdtab_kind(fd) == FD_NONE && self_shares() && !guest_is_running() &&
           listening_discover(fd);
}

static int listener_fcntl(int fd, int cmd, void *arg)
{
    int r;

    if (cmd == F_SETFL) {
        long flags = (long)arg;

        r = real.fcntl(fd, cmd, (void *)(flags | (real.fcntl(fd, F_GETFL, NULL) & O_NONBLOCK)));
        if (r == 0)
            nonblock_set(fd, (flags & O_NONBLOCK) != 0);
        return r;
    }
    r = real.fcntl(fd, cmd, arg);
    if (cmd == F_GETFL && r >= 0 && shares_flag(fd))
        r = (r & ~O_NONBLOCK) | (fdtab_get(fd) & FD_NONBLOCK ? O_NONBLOCK : 0);
    return r;
}

/* Who tries all numbers to see what is open (dovecot, looking for leaks) finds what the server has
 * opened. */
static bool is_ours(int fd)
{
    if (__builtin_expect(!fdtab_is(fd, FDS_HIDDEN), 1))
        return false;
    errno = EBADF;
    return true;
}

EXPORT int fcntl_named(int fd, int cmd, void *arg) NAMED(fcntl);

int fcntl_named(int fd, int cmd, void *arg)
{
    if (is_ours(fd))
        return -1;
    if (cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC)
        return descriptors_copied(fd, real.fcntl(fd, cmd, arg));
    if ((cmd == F_SETFL || cmd == F_GETFL) && believes_flag(fd))
        return listener_fcntl(fd, cmd, arg);
    if (pid_lock_watches())
        return lock_call_fcntl(fd, cmd, arg);
    return real.fcntl(fd, cmd, arg);
}

ALIAS(fcntl64, fcntl);

EXPORT int ioctl_named(int fd, unsigned long request, void *arg) NAMED(ioctl);

int ioctl_named(int fd, unsigned long request, void *arg)
{
    if (request != FIONBIO || !believes_flag(fd) || !readable(arg, sizeof(int)))
        return real.ioctl(fd, request, arg);
    nonblock_set(fd, *(int *)arg != 0);
    return 0;
}

/* Asked before the stream is gone: fclose() never reaches close(). */
static int number_of(FILE *file)
{
    int saved = errno;
    int fd = self.on ? fileno(file) : -1;

    errno = saved;
    return fd;
}

EXPORT int fclose(FILE *file)
{
    struct descriptors_former former = descriptors_closing(number_of(file));
    int r = real.fclose(file);

    descriptors_closed(former);
    return r;
}

EXPORT int fcloseall(void)
{
    int r = real.fcloseall();

    if (!guest_is_running())
        descriptors_verify();
    return r;
}

EXPORT FILE *freopen(const char *path, const char *mode, FILE *file)
{
    struct descriptors_former former = descriptors_closing(number_of(file));
    FILE *r = real.freopen(path, mode, file);

    descriptors_closed(former);
    return r;
}

ALIAS(freopen64, freopen); /* two functions in libc, but off_t is the same */
