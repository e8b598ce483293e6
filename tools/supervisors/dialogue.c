/* SPDX-License-Identifier: ISC */
#include "supervisors/dialogue.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line/exit_codes.h"
#include "protocol/user_socket.h"
#include "supervisors/deadline.h"
#include "supervisors/elsewhere.h"
#include "supervisors/orphan.h"
#include "supervisors/proc.h"
#include "supervisors/runtime.h"

enum { LINE_LIMIT = 4 << 20 };

struct dialogue {
    int fd;
    pid_t pid;
    int64_t deadline;
    FILE *stream;
    char *line; /* as getline() keeps it */
    size_t size, received;
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

/* Through /proc, because a path of any length has to fit into the 108 bytes of sun_path; where the
 * directory is -1, there is no such path. */
static int connect_to(pid_t pid, int64_t deadline)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int dir = runtime_directory();
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
    if (error == ECONNREFUSED) {
        remove_stale(dir, pid);
        error = ENOENT;
    }
    errno = error;
    return -1;
}

/* read() of the stream: what is there before the deadline. */
static ssize_t receive(void *cookie, char *data, size_t size)
{
    struct dialogue *dialogue = cookie;
    struct pollfd pfd = {.fd = dialogue->fd, .events = POLLIN};
    ssize_t n;

    if (dialogue->received > LINE_LIMIT) {
        errno = EMSGSIZE;
        return -1;
    }
    do {
        if (poll(&pfd, 1, deadline_left(dialogue->deadline)) == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
        n = recv(dialogue->fd, data, size, MSG_DONTWAIT);
    } while (n == -1 && (errno == EAGAIN || errno == EINTR));
    dialogue->received += n > 0 ? (size_t)n : 0;
    return n;
}

static struct dialogue *begin(pid_t pid, int fd, int64_t deadline)
{
    struct dialogue *dialogue;

    if (fd == -1)
        return NULL;
    dialogue = calloc(1, sizeof(*dialogue));
    if (dialogue == NULL)
        err(EXIT_FAILED, "can't talk to supervisor %d", (int)pid);
    *dialogue = (struct dialogue){.fd = fd, .pid = pid, .deadline = deadline};
    dialogue->stream = fopencookie(dialogue, "r", (cookie_io_functions_t){.read = receive});
    if (dialogue->stream == NULL)
        err(EXIT_FAILED, "can't talk to supervisor %d", (int)pid);
    return dialogue;
}

struct dialogue *dialogue_connect(pid_t pid, int64_t deadline)
{
    return begin(pid, connect_to(pid, deadline), deadline);
}

struct dialogue *dialogue_connect_elsewhere(pid_t pid, int64_t deadline)
{
    return begin(pid, elsewhere_connect(pid), deadline);
}

void dialogue_close(struct dialogue *dialogue)
{
    fclose(dialogue->stream);
    close(dialogue->fd);
    free(dialogue->line);
    free(dialogue);
}

pid_t dialogue_pid(const struct dialogue *dialogue)
{
    return dialogue->pid;
}

uid_t dialogue_user(const struct dialogue *dialogue)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t len = sizeof(peer);

    getsockopt(dialogue->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
    return peer.uid;
}

int dialogue_send(struct dialogue *dialogue, const char *request)
{
    char line[64];
    int n = snprintf(line, sizeof(line), "%s\n", request);

    return send(dialogue->fd, line, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -1;
}

void dialogue_limit(struct dialogue *dialogue, int64_t deadline)
{
    dialogue->deadline = deadline;
}

bool dialogue_has_answer(const struct dialogue *dialogue, int64_t until)
{
    struct pollfd pfd = {.fd = dialogue->fd, .events = POLLIN};

    return poll(&pfd, 1, deadline_left(until)) == 1;
}

char *dialogue_line(struct dialogue *dialogue)
{
    ssize_t n;

    dialogue->received = 0;
    n = getline(&dialogue->line, &dialogue->size, dialogue->stream);
    /* getline() hands out the beginning of a line at whose end it fails. */
    if (n > 0 && !ferror(dialogue->stream)) {
        dialogue->line[strcspn(dialogue->line, "\n")] = '\0';
        return dialogue->line;
    }
    if (feof(dialogue->stream))
        errno = 0;
    return NULL;
}

void dialogue_silence(pid_t supervisor, const char *consequence, char *text, size_t size)
{
    int pid = (int)supervisor;

    if (proc_stopped(pid))
        snprintf(text, size, "supervisor %d doesn't answer because it is stopped%s: kill -CONT %d",
                 pid, consequence, pid);
    else
        snprintf(text, size, "supervisor %d doesn't answer%s: see its log", pid, consequence);
}

int dialogue_silent(pid_t supervisor, const char *consequence)
{
    char text[160];

    dialogue_silence(supervisor, consequence, text, sizeof(text));
    warnx("%s", text);
    return EXIT_TIMED_OUT;
}
