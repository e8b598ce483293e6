/* SPDX-License-Identifier: ISC */
#include "supervisor/front/ctl/ctl.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/user_socket.h"
#include "supervisor/front/ctl/client.h"
#include "supervisor/front/ctl/followers.h"
#include "supervisor/front/ctl/serves.h"
#include "supervisor/front/ctl/status.h"
#include "supervisor/front/ctl/user_signal.h"
#include "supervisor/front/ctl/user_workers.h"
#include "supervisor/front/ctl/visitors.h"
#include "supervisor/generation/generation.h"
#include "supervisor/kernel/pollset.h"
#include "supervisor/restart/restart.h"
#include "supervisor/state/escape.h"
#include "supervisor/state/log.h"
#include "supervisor/state/runtime_dir.h"
#include "supervisor/step/last_words.h"

enum { BACKLOG = 16 };

static int listener = -1;
static size_t listener_place;
static struct sockaddr_un address;

static bool listen_on(const char *path)
{
    address.sun_family = AF_UNIX;
    strcpy(address.sun_path, path);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0)
        return false;
    unlink(path); /* of a former process with this pid */
    return bind(listener, (struct sockaddr *)&address, sizeof address) == 0 &&
           chmod(path, 0600) == 0 && listen(listener, BACKLOG) == 0;
}

void ctl_open(void)
{
    char dir[256], path[300];
    bool usable = runtime_dir_make(dir, sizeof dir);

    snprintf(path, sizeof path, "%s/%d.sock", dir, (int)getpid());
    if (usable && listen_on(path))
        return;
    log_line(LEVEL_WARNING, "%s: %s; `grace` can't reach this server, signals still work", path,
             errno ? strerror(errno) : "its directory is not this user's alone");
    ctl_close();
}

void ctl_close(void)
{
    client_close_all();
    if (listener < 0)
        return;
    close(listener);
    unlink(address.sun_path);
    listener = -1;
}

static void say(struct client *c, const char *word, const char *text)
{
    char safe[1100], line[1200];
    int n;

    escape_text(safe, sizeof safe, text);
    n = snprintf(line, sizeof line, "%s %s\n", word, safe);
    client_say(c, line, (size_t)n);
}

static void finish(struct client *c, const char *word, const char *text)
{
    say(c, word, text);
    client_finish(c);
}

static void forward_line(const char *line)
{
    struct client *c;

    TAILQ_FOREACH (c, &client_list, link)
        if (c->waiting == CLIENT_RESTART || c->waiting == CLIENT_STOP ||
            c->waiting == CLIENT_WORKERS)
            say(c, USER_SOCKET_STEP, line);
}

static void send_status(struct client *c)
{
    char *text = status_json();

    if (text)
        client_say(c, text, strlen(text));
    free(text);
    client_finish(c);
}

static void tell_ready(struct client *c)
{
    const char *reason = serves_not();

    finish(c, *reason ? USER_SOCKET_FAILED : USER_SOCKET_DONE, reason);
}

static void want_restart(struct client *c, bool now)
{
    const char *refused;

    c->waiting = CLIENT_RESTART;
    c->queued = phase_has_started();
    refused = now ? restart_request_now("grace restart --now")
                  : restart_request(REQUEST_COMMAND, "grace restart");
    if (c->waiting != CLIENT_RESTART) /* one that failed at once has answered already */
        return;
    if (refused)
        finish(c, USER_SOCKET_REFUSED, refused);
    else
        say(c, USER_SOCKET_TAKEN, "");
}

static void stop(void)
{
    restart_stop(SIGTERM);
}

static void want_stop(struct client *c, void (*begin)(void))
{
    c->waiting = CLIENT_STOP;
    begin();
    say(c, USER_SOCKET_TAKEN, "");
}

static void want_signal(struct client *c, const char *number)
{
    char text[256];
    bool sent = user_signal_send(number, text, sizeof text);

    if (sent)
        say(c, USER_SOCKET_STEP, text);
    finish(c, sent ? USER_SOCKET_DONE : USER_SOCKET_REFUSED, text);
}

static void want_workers(struct client *c, const char *number)
{
    char text[256];

    c->waiting = CLIENT_WORKERS;
    if (user_workers_want(number, text, sizeof text))
        say(c, USER_SOCKET_TAKEN, "");
    else
        finish(c, USER_SOCKET_REFUSED, text);
}

static bool wants_lines(struct client *c, const char *word, bool follows)
{
    size_t n = strlen(word);

    return strncmp(c->request, word, n) == 0 && followers_answer(c, c->request + n, follows);
}

static void serve(struct client *c)
{
    if (strcmp(c->request, USER_SOCKET_STATUS) == 0) {
        send_status(c);
    } else if (strcmp(c->request, USER_SOCKET_READY) == 0) {
        tell_ready(c);
    } else if (strcmp(c->request, USER_SOCKET_RESTART) == 0) {
        want_restart(c, false);
    } else if (strcmp(c->request, USER_SOCKET_RESTART_NOW) == 0) {
        want_restart(c, true);
    } else if (strcmp(c->request, USER_SOCKET_STOP) == 0) {
        want_stop(c, stop);
    } else if (strcmp(c->request, USER_SOCKET_DRAIN) == 0) {
        want_stop(c, restart_stop_drain);
    } else if (strcmp(c->request, USER_SOCKET_STOP_NOW) == 0) {
        want_stop(c, restart_stop_now);
    } else if (strncmp(c->request, USER_SOCKET_SIGNAL, strlen(USER_SOCKET_SIGNAL)) == 0) {
        want_signal(c, c->request + strlen(USER_SOCKET_SIGNAL));
    } else if (strncmp(c->request, USER_SOCKET_WORKERS, strlen(USER_SOCKET_WORKERS)) == 0) {
        want_workers(c, c->request + strlen(USER_SOCKET_WORKERS));
    } else if (!wants_lines(c, USER_SOCKET_LOGS, false) &&
               !wants_lines(c, USER_SOCKET_FOLLOW, true)) {
        finish(c, USER_SOCKET_FAILED, USER_SOCKET_UNKNOWN);
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
    client_add(fd, who.pid);
}

void ctl_poll(void)
{
    client_poll();
    listener_place = pollset_add(listener, POLLIN);
}

void ctl_handle(void)
{
    struct client *c;

    TAILQ_FOREACH (c, &client_list, link) {
        short ready = c->gone ? 0 : pollset_ready(c->place);

        if (ready & ~POLLIN) /* of one that is away it learns so */
            client_send(c);
        if ((ready & ~POLLOUT) && !c->gone && client_asked(c))
            serve(c);
    }
    if (listener >= 0 && pollset_ready(listener_place))
        take_client();
}

static bool any_waits_for_restart(void)
{
    struct client *c;

    TAILQ_FOREACH (c, &client_list, link)
        if (c->waiting == CLIENT_RESTART && !c->queued)
            return true;
    return false;
}

static void say_to_waiting(const char *line)
{
    struct client *c;

    TAILQ_FOREACH (c, &client_list, link)
        if (c->waiting == CLIENT_RESTART && !c->queued)
            say(c, USER_SOCKET_STEP, line);
}

/* Before the verdict, which is the last that a client hears. */
static void say_last_words(unsigned number)
{
    const struct generation *g = any_waits_for_restart() ? generation_by_number(number) : NULL;
    char *text = g ? last_words(g) : NULL, *rest = text, *line;

    while ((line = strsep(&rest, "\n")))
        if (*line)
            say_to_waiting(line);
    free(text);
}

static void answer_restarts(const char *word, const char *text)
{
    struct client *c;

    TAILQ_FOREACH (c, &client_list, link) {
        if (c->waiting != CLIENT_RESTART)
            continue;
        if (c->queued)
            c->queued = false;
        else
            finish(c, word, text);
    }
}

static void answer_failed(const struct event *e)
{
    say_last_words(e->generation);
    answer_restarts(USER_SOCKET_FAILED, e->text);
}

static void answer_workers(const char *word, const char *text)
{
    struct client *c;

    TAILQ_FOREACH (c, &client_list, link)
        if (c->waiting == CLIENT_WORKERS)
            finish(c, word, text);
}

void ctl_event(const struct event *e)
{
    if (e->kind == EVENT_SCALED)
        answer_workers(USER_SOCKET_DONE, e->text);
    else if (e->kind == EVENT_WORKER_LOST)
        answer_workers(USER_SOCKET_FAILED, e->text);
    else if (e->kind == EVENT_STOPPING)
        answer_workers(USER_SOCKET_FAILED, "the server is being stopped");
    if (e->kind == EVENT_LINE)
        forward_line(e->text);
    else if (e->kind == EVENT_SUCCEEDED || e->kind == EVENT_RESPAWNED)
        answer_restarts(USER_SOCKET_DONE, e->text);
    else if (e->kind == EVENT_REFUSED || e->kind == EVENT_VETOED)
        answer_restarts(USER_SOCKET_REFUSED, e->text);
    else if (e->kind == EVENT_ROLLED_BACK || e->kind == EVENT_FAILED ||
             (e->kind == EVENT_CRASHED && !supervisor.next)) /* who waits for that one goes on */
        answer_failed(e);
}

void ctl_stopped(const char *text)
{
    struct client *c;

    TAILQ_FOREACH (c, &client_list, link)
        if (c->waiting == CLIENT_STOP) {
            visitors_note(c->pid); /* as long as it is there to be found */
            finish(c, USER_SOCKET_DONE, text);
        }
}
