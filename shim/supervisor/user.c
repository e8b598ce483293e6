/* SPDX-License-Identifier: ISC */
#include "user.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pollset.h"
#include "report.h"
#include "restart.h"
#include "status.h"
#include "stop.h"
#include "supervisor.h"

enum { CLIENTS = 16, REQUEST = 64 };

enum waiting { WAIT_REQUEST, WAIT_RESTART, WAIT_STOP };

static struct client {
    int fd;
    size_t place; /* in the pollset */
    enum waiting waiting;
    bool queued; /* waits for the restart after the present one */
    char request[REQUEST];
    size_t used;
} clients[CLIENTS];

static int nclients;
static int listener = -1;
static size_t listener_place;
static struct sockaddr_un address;

/* False: too long for a socket in it. */
static bool runtime_directory(char *dir, size_t size)
{
    const char *own = supervisor.options.runtime_dir, *xdg = getenv("XDG_RUNTIME_DIR");

    int n;

    if (own)
        n = snprintf(dir, size, "%s", own);
    else if (getuid() == 0)
        n = snprintf(dir, size, "/run/grace");
    else if (xdg && *xdg)
        n = snprintf(dir, size, "%s/grace", xdg);
    else
        n = snprintf(dir, size, "/tmp/grace-%u", (unsigned)getuid());
    errno = ENAMETOOLONG;
    return (size_t)n + sizeof "/1234567.sock" <= sizeof address.sun_path;
}

static bool usable_directory(const char *dir)
{
    struct stat st;

    if (mkdir(dir, 0700) == 0)
        chmod(dir, 0700); /* whatever the umask: it stays for the servers to come */
    else if (errno != EEXIST)
        return false;
    if (lstat(dir, &st) < 0)
        return false;
    errno = EPERM;
    return S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 022) == 0;
}

bool user_directory(char *dir, size_t size)
{
    return runtime_directory(dir, size) && usable_directory(dir);
}

static bool listen_on(const char *path)
{
    address.sun_family = AF_UNIX;
    strcpy(address.sun_path, path);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0)
        return false;
    unlink(path); /* of a former process with this pid */
    return bind(listener, (struct sockaddr *)&address, sizeof address) == 0 &&
           chmod(path, 0600) == 0 && listen(listener, CLIENTS) == 0;
}

void user_open(void)
{
    char dir[256], path[300];
    bool usable = user_directory(dir, sizeof dir);

    snprintf(path, sizeof path, "%s/%d.sock", dir, (int)getpid());
    if (usable && listen_on(path))
        return;
    report(REPORT_WARNING, "%s: %s; `grace` can't reach this server, signals still work", path,
           strerror(errno));
    user_close();
}

static void drop(struct client *c)
{
    close(c->fd);
    *c = clients[--nclients];
}

void user_close(void)
{
    while (nclients > 0)
        drop(&clients[0]);
    if (listener < 0)
        return;
    close(listener);
    unlink(address.sun_path);
    listener = -1;
}

static void say(const struct client *c, const char *word, const char *text)
{
    char line[1200];
    int n = snprintf(line, sizeof line, "%s %s\n", word, text);

    /* a client that does not read loses lines, nobody waits for it */
    send(c->fd, line, n < (int)sizeof line ? (size_t)n : sizeof line - 1,
         MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void finish(struct client *c, const char *word, const char *text)
{
    say(c, word, text);
    drop(c);
}

static void forward_line(const char *line)
{
    for (int i = 0; i < nclients; i++)
        if (clients[i].waiting != WAIT_REQUEST)
            say(&clients[i], "step", line);
}

/* Longer than the socket's buffer with a long command line: a client that reads gets it all. */
static void send_status(struct client *c)
{
    const struct timeval patience = {.tv_sec = 1};
    char *text = status_json();
    size_t sent = 0, size = text ? strlen(text) : 0;
    ssize_t n = 1;

    fcntl(c->fd, F_SETFL, 0);
    setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    for (; sent < size && n > 0; sent += (size_t)n)
        n = send(c->fd, text + sent, size - sent, MSG_NOSIGNAL);
    free(text);
    drop(c);
}

static void want_restart(struct client *c)
{
    const char *refused;

    c->waiting = WAIT_RESTART;
    c->queued = restart_busy();
    refused = restart_request(WISH_COMMAND, "grace restart");
    /* a restart that failed at once has answered already */
    if (refused && c < clients + nclients && c->waiting == WAIT_RESTART)
        finish(c, "failed", refused);
}

static void serve(struct client *c)
{
    report_listener = forward_line;
    if (strcmp(c->request, "status") == 0) {
        send_status(c);
    } else if (strcmp(c->request, "restart") == 0) {
        want_restart(c);
    } else if (strcmp(c->request, "stop") == 0) {
        c->waiting = WAIT_STOP;
        stop_begin(SIGTERM);
    } else if (strcmp(c->request, "stop drain") == 0) {
        c->waiting = WAIT_STOP;
        stop_drain();
    } else {
        finish(c, "failed", "unknown request");
    }
}

static void read_request(struct client *c)
{
    ssize_t n = recv(c->fd, c->request + c->used, REQUEST - 1 - c->used, MSG_DONTWAIT);
    char *end;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || c->waiting != WAIT_REQUEST) {
        drop(c);
        return;
    }
    c->used += (size_t)n;
    c->request[c->used] = '\0';
    end = strchr(c->request, '\n');
    if (end) {
        *end = '\0';
        serve(c);
    } else if (c->used == REQUEST - 1) {
        finish(c, "failed", "request too long");
    }
}

static void take_client(void)
{
    struct ucred who;
    socklen_t len = sizeof who;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) < 0 ||
        (who.uid != 0 && who.uid != geteuid())) {
        close(fd);
        return;
    }
    if (nclients == CLIENTS) {
        const struct client extra = {.fd = fd};

        say(&extra, "busy", "too many clients; try again");
        close(fd);
        return;
    }
    clients[nclients++] = (struct client){.fd = fd};
}

void user_poll(void)
{
    listener_place = pollset_add(listener, POLLIN);
    for (int i = 0; i < nclients; i++)
        clients[i].place = pollset_add(clients[i].fd, POLLIN);
}

/* From the end: dropping one moves the last one to its place. */
void user_handle(void)
{
    for (int i = nclients - 1; i >= 0; i--)
        if (i < nclients && pollset_ready(clients[i].place))
            read_request(&clients[i]);
    if (listener >= 0 && pollset_ready(listener_place))
        take_client();
}

void user_restart_ended(bool ready, const char *text)
{
    for (int i = nclients - 1; i >= 0; i--) {
        struct client *c = &clients[i];

        if (c->waiting != WAIT_RESTART)
            continue;
        if (c->queued)
            c->queued = false;
        else
            finish(c, ready ? "done" : "failed", text);
    }
}

void user_stopped(const char *text)
{
    for (int i = nclients - 1; i >= 0; i--)
        if (clients[i].waiting == WAIT_STOP)
            finish(&clients[i], "done", text);
}
