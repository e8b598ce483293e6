/* SPDX-License-Identifier: ISC */
#include "supervisor/front/sd_notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/front/sd_notify_sender.h"
#include "supervisor/generation/generation.h"
#include "supervisor/kernel/io.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

enum { DATAGRAM = 4096, TURN = 16, AGAIN_MS = 100 };

static int proxy = -1;
static char own_name[sizeof((struct sockaddr_un *)0)->sun_path + 1]; /* NOTIFY_SOCKET as it was */
static struct sockaddr_un manager;
static socklen_t manager_len; /* 0: there is none */

static char unsaid[512]; /* of the service's state: what the manager has not taken yet */

static bool parse_address(const char *text)
{
    size_t n = strlen(text);

    if (n < 2 || n >= sizeof manager.sun_path || (text[0] != '/' && text[0] != '@'))
        return false;
    manager.sun_family = AF_UNIX;
    memcpy(manager.sun_path, text, n);
    memcpy(own_name, text, n + 1);
    if (text[0] == '@')
        manager.sun_path[0] = '\0';
    manager_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    return true;
}

/* An abstract name, for a server that is in a chroot when it notifies. */
static bool bind_proxy(void)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    socklen_t len = sizeof name;
    char text[sizeof name.sun_path + 1];
    int on = 1;

    proxy = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (proxy < 0 || bind(proxy, (struct sockaddr *)&name, sizeof name.sun_family) < 0 ||
        setsockopt(proxy, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 ||
        getsockname(proxy, (struct sockaddr *)&name, &len) < 0)
        return false;
    snprintf(text, sizeof text, "@%.*s", (int)(len - offsetof(struct sockaddr_un, sun_path) - 1),
             name.sun_path + 1);
    return setenv("NOTIFY_SOCKET", text, 1) == 0;
}

bool sd_notify_open(bool wanted)
{
    const char *text = getenv("NOTIFY_SOCKET");

    if (text && !parse_address(text))
        log_line(LEVEL_WARNING, "NOTIFY_SOCKET=%s is no socket address, it is passed on as it is",
                 text);
    if ((manager_len == 0 && !wanted) || bind_proxy())
        return true;
    if (proxy >= 0)
        close(proxy);
    proxy = -1;
    return !wanted;
}

void sd_notify_withdraw(void)
{
    if (proxy >= 0 && own_name[0])
        setenv("NOTIFY_SOCKET", own_name, 1);
    else if (proxy >= 0)
        unsetenv("NOTIFY_SOCKET");
}

int sd_notify_fd(void)
{
    return proxy;
}

static int send_manager(const char *text)
{
    if (manager_len == 0 || sendto(proxy, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
                                   (struct sockaddr *)&manager, manager_len) >= 0)
        return 0;
    return -errno;
}

static void tell_manager(const char *text)
{
    int r = send_manager(text);

    if (r < 0)
        log_line(LEVEL_DEBUG, "the service manager does not listen: %s", strerror(-r));
}

/* The manager acts on these: the last one is not lost because it is busy. */
static void tell_state(const char *text)
{
    memccpy(unsaid, text, '\0', sizeof unsaid - 1);
    sd_notify_step();
}

void sd_notify_step(void)
{
    int r = unsaid[0] ? send_manager(unsaid) : 0;

    if (r == -EAGAIN) {
        supervisor_wake_in(AGAIN_MS);
        return;
    }
    if (r < 0)
        log_line(LEVEL_DEBUG, "the service manager does not listen: %s", strerror(-r));
    unsaid[0] = '\0';
}

static void say_ready(const char *status)
{
    char text[DATAGRAM];

    snprintf(text, sizeof text, "READY=1\nSTATUS=%s\nMAINPID=%d\n", status, (int)getpid());
    tell_state(text);
}

static void say_reloading(void)
{
    char text[DATAGRAM];
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=restarting\n",
             (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    tell_state(text);
}

/* Not a state: where the server is not started again the manager sees us end. */
static void say_crashed(const char *how)
{
    char text[DATAGRAM];

    snprintf(text, sizeof text, "STATUS=the server has ended: %s\n", how);
    tell_manager(text);
}

static bool is_over(enum event_kind kind)
{
    return kind == EVENT_SUCCEEDED || kind == EVENT_RESPAWNED;
}

/* A restart that is tried again (EVENT_FAILED) is still one; one that goes on when a generation is
 * ready (EVENT_READY) is not over. */
void sd_notify_event(const struct event *e)
{
    static bool reloading;

    if (e->kind == EVENT_RESTARTING)
        say_reloading();
    else if (is_over(e->kind) || (e->kind == EVENT_READY && !reloading))
        say_ready("serving");
    else if (e->kind == EVENT_ROLLED_BACK)
        say_ready("the last restart was rolled back");
    else if (e->kind == EVENT_STOPPING)
        tell_state("STOPPING=1\n");
    else if (e->kind == EVENT_CRASHED)
        say_crashed(e->text);
    reloading = e->kind == EVENT_RESTARTING ||
                (reloading && !is_over(e->kind) && e->kind != EVENT_ROLLED_BACK);
}

/* The rest is said by the supervisor itself, or (NOTIFYACCESS) is no worker's to say: to the
 * manager all comes from the supervisor. */
static bool is_passed_on(const char *line)
{
    static const char theirs[][21] = {
        "STATUS=",   "WATCHDOG=1", "WATCHDOG_USEC=", "EXTEND_TIMEOUT_USEC=", "ERRNO=",
        "BUSERROR=", "X_"};

    for (unsigned i = 0; i < sizeof theirs / sizeof theirs[0]; i++)
        if (strncmp(line, theirs[i], strlen(theirs[i])) == 0)
            return true;
    return false;
}

static void pass_on(struct generation *g, char *text)
{
    char kept[DATAGRAM + 2] = "";
    size_t used = 0;
    char *state;

    for (char *line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
        if (strcmp(line, "READY=1") == 0)
            g->notified = true;
        if (is_passed_on(line))
            used += (size_t)snprintf(kept + used, sizeof kept - used, "%s\n", line);
    }
    if (used > 0 && g == supervisor.current)
        tell_manager(kept);
}

static bool read_one(void)
{
    char text[DATAGRAM + 1];
    struct ucred sender;
    ssize_t n = io_receive(proxy, text, DATAGRAM, &sender, NULL);
    struct generation *g;

    if (n < 0)
        return false;
    text[n] = '\0';
    g = sd_notify_sender_of(&sender);
    if (g)
        pass_on(g, text);
    return true;
}

void sd_notify_read(void)
{
    for (int i = 0; i < TURN && read_one(); i++)
        ;
}
