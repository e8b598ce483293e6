/* SPDX-License-Identifier: ISC */
#include "notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "procfs.h"
#include "report.h"
#include "supervisor.h"

enum { DATAGRAM = 4096 };

static int proxy = -1;
static char own_name[sizeof((struct sockaddr_un *)0)->sun_path + 1]; /* NOTIFY_SOCKET as it was */
static struct sockaddr_un manager;
static socklen_t manager_len; /* 0: there is none */

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

bool notify_open(bool wanted)
{
    const char *text = getenv("NOTIFY_SOCKET");

    if (text && !parse_address(text))
        report(REPORT_WARNING, "NOTIFY_SOCKET=%s is no socket address, it is passed on as it is",
               text);
    if ((manager_len == 0 && !wanted) || bind_proxy())
        return true;
    if (proxy >= 0)
        close(proxy);
    proxy = -1;
    return !wanted;
}

void notify_withdraw(void)
{
    if (proxy >= 0 && own_name[0])
        setenv("NOTIFY_SOCKET", own_name, 1);
    else if (proxy >= 0)
        unsetenv("NOTIFY_SOCKET");
}

int notify_fd(void)
{
    return proxy;
}

static void tell_manager(const char *text)
{
    if (manager_len > 0 && sendto(proxy, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
                                  (struct sockaddr *)&manager, manager_len) < 0)
        report(REPORT_DEBUG, "the service manager does not listen: %s", strerror(errno));
}

void notify_ready(const char *status)
{
    char text[DATAGRAM];

    snprintf(text, sizeof text, "READY=1\nSTATUS=%s\nMAINPID=%d\n", status, (int)getpid());
    tell_manager(text);
}

void notify_reloading(const char *status)
{
    char text[DATAGRAM];
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=%s\n",
             (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000, status);
    tell_manager(text);
}

void notify_stopping(void)
{
    tell_manager("STOPPING=1\n");
}

/* The proxy's name is in /proc/net/unix, and nothing guards an abstract one. */
static bool may_speak_for(const struct generation *g, uid_t uid)
{
    uid_t real;

    if (uid == 0 || uid == geteuid())
        return true;
    for (size_t i = 0; g && i < g->tree.n; i++)
        if (procfs_real_uid(g->tree.proc[i].pid, &real) == 0 && real == uid)
            return true;
    return false;
}

/* Once aloud: who does it on purpose shall not fill the log. */
static void report_ignored(const struct ucred *sender)
{
    static bool said;

    report(said ? REPORT_DEBUG : REPORT_WARNING,
           "NOTIFY_SOCKET: process %d of user %u is none of the server's, it is ignored",
           (int)sender->pid, sender->uid);
    said = true;
}

/* A helper such as systemd-notify has often gone when its message is read: then its user tells.
 * NULL: it is nobody's. */
static struct generation *speaker(const struct ucred *sender)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if ((g->main == sender->pid && !g->exited) ||
            (generation_scan(g) == 0 && tree_has(&g->tree, sender->pid)))
            return g;
    g = supervisor.next ? supervisor.next : supervisor.current;
    if (may_speak_for(g, sender->uid))
        return g;
    report_ignored(sender);
    return NULL;
}

static bool is_ours_to_say(const char *line)
{
    static const char *const own[] = {
        "READY=", "RELOADING=", "STOPPING=", "MAINPID=", "FDSTORE", "FDNAME="};

    for (unsigned i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strncmp(line, own[i], strlen(own[i])) == 0)
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
        if (!is_ours_to_say(line))
            used += (size_t)snprintf(kept + used, sizeof kept - used, "%s\n", line);
    }
    if (used > 0 && g == supervisor.current)
        tell_manager(kept);
}

static struct ucred sender_of(struct msghdr *hdr)
{
    struct ucred sender = {.uid = (uid_t)-1};
    struct cmsghdr *c = CMSG_FIRSTHDR(hdr);

    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS)
        memcpy(&sender, CMSG_DATA(c), sizeof sender);
    return sender;
}

/* Control data has room for the sender alone: descriptors are thrown away by the kernel, for a
 * close() of our own may take as long as the file system that the sender has chosen likes. */
void notify_read(void)
{
    char text[DATAGRAM + 1];
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(struct ucred))];
    } control;
    struct iovec iov = {.iov_base = text, .iov_len = DATAGRAM};
    struct msghdr hdr = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control,
                         .msg_controllen = sizeof control};
    ssize_t n = recvmsg(proxy, &hdr, MSG_CMSG_CLOEXEC);
    struct ucred sender;
    struct generation *g;

    if (n < 0)
        return;
    text[n] = '\0';
    sender = sender_of(&hdr);
    g = speaker(&sender);
    if (g)
        pass_on(g, text);
}
