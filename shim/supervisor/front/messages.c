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
#include "supervisor/step/pass.h"

enum {
    TURN = 64, /* messages, and milliseconds for them */
    TURN_MS = 10,
    TURNS_MOST = PAGE_LISTENERS / TURN,
};

/* So many descriptors belong to it. */
static unsigned wants(uint32_t type)
{
    switch (type) {
    case MESSAGE_LISTEN:
    case MESSAGE_ADOPT:
    case MESSAGE_QUEUE:
    case MESSAGE_PLACEHOLDER:
        return 1;
    case MESSAGE_GIVE:
        return MESSAGE_FDS;
    default:
        return 0;
    }
}

/* What it will be, into *type: a descriptor that does not belong to it is never received. */
static bool next_type(int sock, uint32_t *type)
{
    struct message m = {.type = 0};
    bool any = recv(sock, &m, offsetof(struct message, index), MSG_PEEK | MSG_DONTWAIT) >= 0;

    *type = m.type;
    return any;
}

struct letter {
    struct message m;
    struct ucred sender;
    unsigned n; /* descriptors */
    int fds[MESSAGE_FDS];
};

_Static_assert((int)MESSAGE_FDS <= (int)IO_FDS, "so many are received");

/* Nothing but sockets is ever wanted, and of others even fstat() may wait. */
static void keep_sockets(struct letter *l)
{
    unsigned n = 0;

    for (unsigned i = 0; i < l->n; i++)
        if (io_socket_option(l->fds[i], SO_TYPE) >= 0)
            l->fds[n++] = l->fds[i];
        else
            close(l->fds[i]);
    l->n = n;
}

static void close_all(const struct letter *l)
{
    for (unsigned i = 0; i < l->n; i++)
        io_close_socket(l->fds[i]);
}

/* The next one, without waiting: 1; 0 when nobody is left who could write; or -errno, -EPROTO for
 * what is no message of ours. */
static int receive(int sock, struct letter *l)
{
    uint32_t type;
    ssize_t got;

    l->n = 0;
    if (!next_type(sock, &type))
        return -errno;
    l->n = wants(type);
    got = io_receive(sock, &l->m, sizeof l->m, &l->sender, l->n > 0 ? l->fds : NULL, &l->n);
    if (got < 0) {
        l->n = 0;
        return -errno;
    }
    if (got == 0 && l->sender.uid == IO_NOBODY) /* not even an empty message */
        return 0;
    keep_sockets(l);
    if ((size_t)got == sizeof l->m && l->m.version == MESSAGE_VERSION)
        return 1;
    close_all(l);
    return -EPROTO;
}

static void handle(struct generation *g, const struct letter *l)
{
    const struct message *m = &l->m;
    int fd = l->n > 0 ? l->fds[0] : -1;

    g->joined = true;
    switch (m->type) {
    case MESSAGE_LISTEN:
        generation_keep(g, m->index, fd, l->sender.pid);
        break;
    case MESSAGE_ADOPT:
        if (fd >= 0)
            bind_answer(g, m->index, fd, l->sender.pid);
        break;
    case MESSAGE_QUEUE:
        if (fd >= 0)
            bind_answer_queue(g, m->index, fd);
        break;
    case MESSAGE_GIVE:
        pass_receive(g, m->index, l->fds, l->n, l->sender.pid);
        break;
    case MESSAGE_NOTE:
        log_limited(g, (int)l->sender.pid, "%.*s", MESSAGE_TEXT, m->text);
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
    struct letter l;
    int r = 1;

    for (int i = 0; i < TURN && r != 0 && !pass_is_full(g); i++) {
        r = receive(g->control, &l);
        if (r > 0)
            handle(g, &l);
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
