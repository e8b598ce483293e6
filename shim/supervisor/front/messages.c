/* SPDX-License-Identifier: ISC */
#include "supervisor/front/messages.h"

#include <sys/socket.h>
#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "protocol/message.h"
#include "supervisor/front/bind.h"
#include "supervisor/front/unix_placeholder.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/log_limit.h"
#include "supervisor/kernel/io.h"

enum {
    TURN = 64, /* messages, and milliseconds for them */
    TURN_MS = 10,
    TURNS_MOST = PAGE_LISTENERS / TURN,
};

static bool wants_fd(uint32_t type)
{
    return type == MESSAGE_LISTEN || type == MESSAGE_ADOPT || type == MESSAGE_PLACEHOLDER;
}

/* What it will be, into *type: a descriptor that does not belong to it is never received. */
static bool next_type(int sock, uint32_t *type)
{
    struct message m = {.type = 0};
    bool any = recv(sock, &m, offsetof(struct message, index), MSG_PEEK | MSG_DONTWAIT) >= 0;

    *type = m.type;
    return any;
}

/* Nothing but sockets is ever wanted, and of others even fstat() may wait. */
static int socket_or_none(int fd)
{
    if (fd < 0 || io_socket_option(fd, SO_TYPE) >= 0)
        return fd;
    close(fd);
    return -1;
}

/* The next one, without waiting: 1; 0 when nobody is left who could write; or -errno, -EPROTO for
 * what is no message of ours. */
static int receive(int sock, struct message *m, struct ucred *sender, int *fd)
{
    uint32_t type;
    unsigned one = 1;
    ssize_t got;

    *fd = -1;
    if (!next_type(sock, &type))
        return -errno;
    got = io_receive(sock, m, sizeof *m, sender, wants_fd(type) ? fd : NULL, &one);
    if (got < 0)
        return -errno;
    if (got == 0 && sender->uid == IO_NOBODY) /* not even an empty message */
        return 0;
    *fd = socket_or_none(*fd);
    if ((size_t)got == sizeof *m && m->version == MESSAGE_VERSION)
        return 1;
    io_close_socket(*fd);
    return -EPROTO;
}

static void handle(struct generation *g, const struct message *m, pid_t sender, int fd)
{
    g->joined = true;
    switch (m->type) {
    case MESSAGE_LISTEN:
        generation_keep(g, m->index, fd, sender);
        break;
    case MESSAGE_ADOPT:
        if (fd >= 0)
            bind_answer(g, m->index, fd, sender);
        break;
    case MESSAGE_NOTE:
        log_limited(g, (int)sender, "%.*s", MESSAGE_TEXT, m->text);
        break;
    case MESSAGE_PLACEHOLDER:
        unix_placeholder_settle(fd);
        io_close_socket(fd);
        break;
    default:
        break;
    }
}

/* So much at a time: who sends without end is not to delay the others. */
static int read_some(struct generation *g)
{
    int64_t until = clock_ms() + TURN_MS;
    struct message m;
    struct ucred sender;
    int r = 1, fd;

    for (int i = 0; i < TURN && r != 0; i++) {
        r = receive(g->control, &m, &sender, &fd);
        if (r > 0)
            handle(g, &m, sender.pid, fd);
        else if (r != -EPROTO)
            return r;
        if (clock_ms() > until)
            break;
    }
    return 1;
}

void messages_read(struct generation *g)
{
    int r = read_some(g);

    g->unread = r > 0 ? g->unread + 1 : 0;
    if (r == 0 || (r < 0 && r != -EAGAIN)) {
        close(g->control); /* nobody with the shim is left */
        g->control = -1;
    }
}

bool messages_left(const struct generation *g)
{
    return g->unread > 0 && g->unread < TURNS_MOST;
}
