/* SPDX-License-Identifier: ISC */
#include "supervisor/step/stdio.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "supervisor/generation/members.h"
#include "supervisor/kernel/io.h"
#include "supervisor/kernel/procfs.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

enum { FIRST_LOOK_MS = 10, LAST_LOOK_MS = 60000 };

static int64_t watched_since, next_look;

/* O_PATH: reads and writes fail as on a closed number, and it needs no /dev. */
void stdio_hold_closed(void)
{
    int fd;

    do
        fd = open("/", O_PATH | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

/* Ours are close-on-exec, what we were given is not.  A socket beyond the standard streams may be
 * a listener that later generations are to get. */
static bool keeps_somebody(int fd, struct stat *st)
{
    int flags = fcntl(fd, F_GETFD);

    if (flags < 0 || (flags & FD_CLOEXEC) || fstat(fd, st) < 0)
        return false;
    if (S_ISSOCK(st->st_mode)) {
        struct sockaddr_storage peer;
        socklen_t len = sizeof peer;

        return fd <= STDERR_FILENO && getpeername(fd, (struct sockaddr *)&peer, &len) == 0;
    }
    return S_ISFIFO(st->st_mode) || (S_ISCHR(st->st_mode) && isatty(fd));
}

/* True also where we may not look. */
static bool server_holds(const struct tree *t, const struct stat *stream)
{
    for (size_t i = 0; i < t->n; i++) {
        int has = procfs_has_open(t->proc[i].pid, stream->st_dev, stream->st_ino);

        if (has != 0 && has != -ENOENT && has != -ESRCH)
            return true;
    }
    return false;
}

static void put_null(int fd)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0) /* no /dev in this root: closed, then */
        null = open("/", O_PATH | O_CLOEXEC);
    if (null < 0)
        return;
    dup2(null, fd);
    close(null);
}

static void let_go(int fd)
{
    if (fd == STDERR_FILENO)
        log_stderr_ends();
    put_null(fd);
}

static void let_go_unheld(const struct tree *t)
{
    struct procfs_dir dir;
    struct stat st;
    int fd;

    procfs_open(&dir, "/proc/self/fd");
    while ((fd = procfs_next(&dir)) >= 0)
        if (keeps_somebody(fd, &st) && !server_holds(t, &st))
            let_go(fd);
    procfs_close(&dir);
}

/* POLLHUP is said of a socket, too, that was never connected. */
static bool is_socket_unread(int fd, short events)
{
    int type = io_socket_option(fd, SO_TYPE);
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;

    if (type != SOCK_STREAM && type != SOCK_SEQPACKET)
        return false;
    return (events & POLLERR) ||
           ((events & POLLHUP) && getpeername(fd, (struct sockaddr *)&peer, &len) == 0);
}

/* POLLERR of a pipe is an end to write to that nobody reads from. */
static bool is_unread(int fd)
{
    struct pollfd p = {.fd = fd};
    struct stat st;

    if ((fcntl(fd, F_GETFD) & FD_CLOEXEC) || poll(&p, 1, 0) != 1 || fstat(fd, &st) < 0)
        return false;
    return S_ISSOCK(st.st_mode) ? is_socket_unread(fd, p.revents)
                                : S_ISFIFO(st.st_mode) && (p.revents & POLLERR);
}

void stdio_forget_unread(void)
{
    struct procfs_dir dir;
    int fd;

    procfs_open(&dir, "/proc/self/fd");
    while ((fd = procfs_next(&dir)) >= 0)
        if (is_unread(fd))
            put_null(fd);
    procfs_close(&dir);
}

void stdio_watch(int64_t now)
{
    watched_since = now;
    next_look = now + FIRST_LOOK_MS;
}

void stdio_step(int64_t now)
{
    if (watched_since == 0 || !supervisor.current)
        return;
    if (now >= next_look) {
        next_look = now + (next_look - watched_since);
        if (generation_scan(supervisor.current) == 0)
            let_go_unheld(&supervisor.current->tree);
    }
    if (now - watched_since > LAST_LOOK_MS)
        watched_since = 0;
    else
        supervisor_wake_at(next_look);
}
