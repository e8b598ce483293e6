/* SPDX-License-Identifier: ISC */
#include "dialogue.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "deadline.h"
#include "orphan.h"
#include "protocol/user_socket.h"
#include "runtime.h"

enum { LINE_LIMIT = 4 << 20, CHUNK = 16 << 10 };

struct dialogue {
    int fd;
    pid_t pid;
    char *data; /* [0, taken) was handed out, [taken, used) is still to read */
    size_t taken, used, size;
};

/* A dead supervisor can't remove what is its own. While its server serves on that is the sign by
 * which the next start knows it. */
static void remove_stale(int dir, pid_t pid)
{
    if (kill(pid, 0) != 0 && errno == ESRCH && orphan_find() == 0)
        user_socket_remove(dir, pid);
}

/* A supervisor that is stopped lets its queue of connections fill up, and connect() then waits
 * as long as a send may. */
static void limit_connect(int fd, int64_t deadline)
{
    int left = deadline_left(deadline);
    struct timeval tv = {.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000};

    if (left == 0)
        tv.tv_usec = 1; /* all zero would mean for ever */
    if (left >= 0)
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
}

/* Through /proc, because a path of any length has to fit into the 108 bytes of sun_path. */
static int connect_in(int dir, pid_t pid, int64_t deadline)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int error;

    if (fd == -1)
        return -1;
    snprintf(sun.sun_path, sizeof(sun.sun_path), "/proc/self/fd/%d/%d.sock", dir, (int)pid);
    limit_connect(fd, deadline);
    if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
        return fd;
    error = errno == EAGAIN ? ETIMEDOUT : errno;
    close(fd);
    errno = error;
    return -1;
}

struct dialogue *dialogue_connect(pid_t pid, int64_t deadline)
{
    int dir = runtime_directory();
    struct dialogue *dialogue = calloc(1, sizeof(*dialogue));

    if (dialogue == NULL)
        return NULL;
    dialogue->pid = pid;
    dialogue->fd = dir == -1 ? -1 : connect_in(dir, pid, deadline);
    if (dialogue->fd != -1)
        return dialogue;
    free(dialogue);
    if (dir == -1)
        errno = ENOENT;
    if (errno == ECONNREFUSED) {
        remove_stale(dir, pid);
        errno = ENOENT;
    }
    return NULL;
}

void dialogue_close(struct dialogue *dialogue)
{
    close(dialogue->fd);
    free(dialogue->data);
    free(dialogue);
}

pid_t dialogue_pid(const struct dialogue *dialogue)
{
    return dialogue->pid;
}

int dialogue_send(struct dialogue *dialogue, const char *request)
{
    char line[64];
    int n = snprintf(line, sizeof(line), "%s\n", request);

    return send(dialogue->fd, line, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -1;
}

/* Makes room for more; the byte beyond `size` is for the end of a last line without newline. */
static int make_room(struct dialogue *dialogue)
{
    char *data;

    dialogue->used -= dialogue->taken;
    if (dialogue->taken > 0)
        memmove(dialogue->data, dialogue->data + dialogue->taken, dialogue->used);
    dialogue->taken = 0;
    if (dialogue->used < dialogue->size)
        return 0;
    data = realloc(dialogue->data, dialogue->size + CHUNK + 1);
    if (data == NULL)
        return -1;
    dialogue->data = data;
    dialogue->size += CHUNK;
    return 0;
}

/* 1 when there is more, 0 at the end, -1 with errno. */
static int receive(struct dialogue *dialogue, int64_t deadline)
{
    struct pollfd pfd = {.fd = dialogue->fd, .events = POLLIN};
    ssize_t n;

    if (poll(&pfd, 1, deadline_left(deadline)) == 0) {
        errno = ETIMEDOUT;
        return -1;
    }
    if (make_room(dialogue) != 0)
        return -1;
    n = recv(dialogue->fd, dialogue->data + dialogue->used, dialogue->size - dialogue->used,
             MSG_DONTWAIT);
    if (n > 0)
        dialogue->used += (size_t)n;
    if (n == -1 && (errno == EAGAIN || errno == EINTR))
        return 1;
    return n > 0 ? 1 : (int)n;
}

/* Hands out the next `length` bytes, and `skip` more that separate them from what follows. */
static int take(struct dialogue *dialogue, char **line, size_t length, size_t skip)
{
    *line = dialogue->data + dialogue->taken;
    (*line)[length] = '\0';
    dialogue->taken += length + skip;
    return 1;
}

int dialogue_line(struct dialogue *dialogue, char **line, int64_t deadline)
{
    for (;;) {
        char *start = dialogue->data ? dialogue->data + dialogue->taken : NULL;
        size_t length = dialogue->used - dialogue->taken;
        char *end = length ? memchr(start, '\n', length) : NULL;
        int more;

        if (end != NULL)
            return take(dialogue, line, (size_t)(end - start), 1);
        if (length > LINE_LIMIT) {
            errno = EMSGSIZE;
            return -1;
        }
        more = receive(dialogue, deadline);
        if (more == 0 && length > 0)
            return take(dialogue, line, length, 0);
        if (more <= 0)
            return more;
    }
}
