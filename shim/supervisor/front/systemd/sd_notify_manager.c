/* SPDX-License-Identifier: ISC */
#include "supervisor/front/systemd/sd_notify_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/kernel/io.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

enum {
    QUEUE = 16,
    VITAL = 8, /* places that only these get: a restart says two things */
    AGAIN_MS = 100,
};

static struct sockaddr_un manager;
static socklen_t manager_len; /* 0: there is none */
static int socket_by = -1;

static struct manager_message queue[QUEUE];
static unsigned first, waiting;

bool manager_open(const char *address)
{
    size_t n = strlen(address);

    if (n < 2 || n >= sizeof manager.sun_path || (address[0] != '/' && address[0] != '@'))
        return false;
    manager.sun_family = AF_UNIX;
    memcpy(manager.sun_path, address, n);
    if (address[0] == '@')
        manager.sun_path[0] = '\0';
    manager_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    return true;
}

void manager_send_by(int via)
{
    socket_by = via;
}

bool manager_listens(void)
{
    return manager_len > 0;
}

/* The manager has copies of its own; who waits for a barrier goes on. */
static void close_all(const struct manager_message *m)
{
    for (unsigned i = 0; i < m->n; i++)
        if (io_socket_option(m->fds[i], SO_TYPE) >= 0)
            io_close_socket(m->fds[i]);
        else
            close(m->fds[i]);
}

static void put_fds(struct msghdr *hdr, const struct manager_message *m)
{
    struct cmsghdr *c;

    if (m->n == 0) {
        hdr->msg_controllen = 0;
        return;
    }
    hdr->msg_controllen = CMSG_SPACE(m->n * sizeof m->fds[0]);
    c = CMSG_FIRSTHDR(hdr);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(m->n * sizeof m->fds[0]);
    memcpy(CMSG_DATA(c), m->fds, m->n * sizeof m->fds[0]);
}

/* False: it has no room. */
static bool send_now(const struct manager_message *m)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof m->fds)];
    } control = {.space = {0}};
    struct iovec iov = {(void *)(uintptr_t)m->text, strlen(m->text)};
    struct msghdr hdr = {.msg_name = &manager,
                         .msg_namelen = manager_len,
                         .msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = &control};

    put_fds(&hdr, m);
    if (manager_len > 0 && sendmsg(socket_by, &hdr, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        if (errno == EAGAIN)
            return false;
        log_line(LEVEL_DEBUG, "the service manager does not listen: %s", strerror(errno));
    }
    close_all(m);
    return true;
}

void manager_step(void)
{
    while (waiting > 0 && send_now(&queue[first])) {
        first = (first + 1) % QUEUE;
        waiting--;
    }
    if (waiting > 0)
        supervisor_wake_in(AGAIN_MS);
}

void manager_tell(const struct manager_message *m, bool vital)
{
    manager_step();
    if (waiting == 0 && send_now(m))
        return;
    if (waiting >= (vital ? QUEUE : QUEUE - VITAL)) {
        log_line(LEVEL_DEBUG, "the service manager does not read: \"%.40s\" is lost", m->text);
        close_all(m);
        return;
    }
    queue[(first + waiting++) % QUEUE] = *m;
    supervisor_wake_in(AGAIN_MS);
}
