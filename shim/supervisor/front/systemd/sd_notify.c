/* SPDX-License-Identifier: ISC */
#include "supervisor/front/systemd/sd_notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/front/systemd/fd_store.h"
#include "supervisor/front/systemd/sd_notify_manager.h"
#include "supervisor/front/systemd/sd_notify_sender.h"
#include "supervisor/generation/generation.h"
#include "supervisor/generation/log_limit.h"
#include "supervisor/kernel/io.h"
#include "supervisor/state/escape.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

enum { TURN = 16 };

static int proxy = -1;
static char own_name[sizeof((struct sockaddr_un *)0)->sun_path + 1]; /* NOTIFY_SOCKET as it was */

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

    if (text && manager_open(text))
        strcpy(own_name, text);
    else if (text)
        log_line(LEVEL_WARNING, "NOTIFY_SOCKET=%s is no socket address, it is passed on as it is",
                 text);
    if ((!manager_listens() && !wanted) || bind_proxy()) {
        manager_send_by(proxy);
        return true;
    }
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

static void __attribute__((format(printf, 2, 3))) tell(bool vital, const char *format, ...)
{
    struct manager_message m = {.n = 0};
    va_list ap;

    va_start(ap, format);
    vsnprintf(m.text, sizeof m.text, format, ap);
    va_end(ap);
    manager_tell(&m, vital);
}

/* What the generation that serves says of itself is more than we know. */
static void say_ready(const char *news)
{
    const char *own = supervisor.current->said;
    char safe[EVENT_TEXT + 64];

    escape_text(safe, sizeof safe, news);
    tell(true, "READY=1\nSTATUS=%s%s%s\nMAINPID=%d\n", safe, *safe && *own ? "; " : "",
         *safe || *own ? own : "serving", (int)getpid());
}

static void say_given_up(const char *how, const char *why)
{
    char text[EVENT_TEXT + 64];

    snprintf(text, sizeof text, "the last restart was %s: %s", how, why);
    say_ready(text);
}

static void say_reloading(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    tell(true, "RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=restarting\n",
         (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
}

/* Not a state: where the server is not started again the manager sees us end. */
static void say_crashed(const char *how)
{
    tell(false, "STATUS=the server has ended: %s\n", how);
}

void sd_notify_moved(void)
{
    tell(true, "MAINPID=%d\n", (int)getpid());
}

static bool is_over(enum event_kind kind)
{
    return kind == EVENT_SUCCEEDED || kind == EVENT_RESPAWNED;
}

/* A restart that is tried again (EVENT_FAILED) is still one; one that goes on when a generation is
 * ready (EVENT_READY) is not over.  After STOPPING the manager takes READY for a service that has
 * started again: what a stop cuts short ends, too, and is none of its business. */
void sd_notify_event(const struct event *e)
{
    static bool reloading, stopping;
    bool begins = e->kind == EVENT_ASKING || e->kind == EVENT_RESTARTING;
    bool given_up = e->kind == EVENT_VETOED || e->kind == EVENT_ROLLED_BACK;

    if (stopping)
        return;
    if (begins && !reloading)
        say_reloading();
    else if (is_over(e->kind) || (e->kind == EVENT_READY && !reloading))
        say_ready("");
    else if (given_up)
        say_given_up(e->kind == EVENT_VETOED ? "vetoed" : "rolled back", e->text);
    else if (e->kind == EVENT_STOPPING)
        tell(true, "STOPPING=1\n");
    else if (e->kind == EVENT_CRASHED)
        say_crashed(e->text);
    stopping = e->kind == EVENT_STOPPING;
    reloading = begins || (reloading && !is_over(e->kind) && !given_up);
}

static bool begins_with(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

static bool is_any(const char *line, const char words[][21], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (begins_with(line, words[i]))
            return true;
    return false;
}

/* Of the generation that serves, for it speaks of the service.  The rest is said by the supervisor
 * itself, or (NOTIFYACCESS) is no worker's to say: to the manager all comes from the supervisor. */
static bool is_of_service(const char *line)
{
    static const char words[][21] = {
        "STATUS=",   "WATCHDOG=1", "WATCHDOG_USEC=", "EXTEND_TIMEOUT_USEC=", "ERRNO=",
        "BUSERROR=", "X_"};

    return is_any(line, words, sizeof words / sizeof words[0]);
}

/* With its descriptors: of any, for one that starts stores what it has, and waits for a barrier. */
static bool is_of_descriptors(const char *line)
{
    static const char words[][21] = {"FDSTORE=1", "FDSTOREREMOVE=1", "FDNAME=", "FDPOLL=0",
                                     "BARRIER=1"};

    return is_any(line, words, sizeof words / sizeof words[0]);
}

static void keep_line(struct manager_message *m, const char *line)
{
    size_t used = strlen(m->text);

    snprintf(m->text + used, sizeof m->text - used, "%s\n", line);
}

static void take_line(struct generation *g, const char *line, struct manager_message *m)
{
    if (strcmp(line, "READY=1") == 0)
        g->notified = true;
    if (begins_with(line, "STATUS="))
        snprintf(g->said, sizeof g->said, "%s", line + strlen("STATUS="));
    if (is_of_descriptors(line) || (is_of_service(line) && g == supervisor.current))
        keep_line(m, line);
}

static bool wants_fds(const char *text)
{
    return strstr(text, "FDSTORE=1") || strstr(text, "BARRIER=1");
}

/* At the next start it would be taken for a listener of ours. */
static bool has_our_name(struct generation *g, const char *text, pid_t sender)
{
    if (!g || !strstr(text, "FDNAME=" FD_STORE_NAME))
        return false;
    log_limited(g, (int)sender, "FDNAME=" FD_STORE_NAME "... is grace's own: not stored");
    return true;
}

/* Descriptors are received of those only who may speak: any user can send some. */
static bool read_one(void)
{
    struct manager_message m = {.n = 0};
    char text[MANAGER_TEXT + 1], *state;
    struct ucred sender;
    ssize_t n = io_peek(proxy, text, MANAGER_TEXT, &sender);
    struct generation *g;
    bool fds;

    if (n < 0)
        return false;
    text[n] = '\0';
    g = sd_notify_sender_of(&sender);
    if (has_our_name(g, text, sender.pid))
        g = NULL;
    fds = g && wants_fds(text);
    m.n = fds ? MANAGER_FDS : 0;
    io_receive(proxy, text, MANAGER_TEXT, &sender, fds ? m.fds : NULL, &m.n);
    if (!g)
        return true;
    for (char *line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state))
        take_line(g, line, &m);
    if (m.text[0] || m.n > 0)
        manager_tell(&m, false);
    return true;
}

void sd_notify_read(void)
{
    for (int i = 0; i < TURN && read_one(); i++)
        ;
}
