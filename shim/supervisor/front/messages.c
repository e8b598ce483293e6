/* SPDX-License-Identifier: ISC */
#include "supervisor/front/messages.h"

#include <sys/socket.h>
#include <errno.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "protocol/message.h"
#include "supervisor/front/inbox.h"
#include "supervisor/front/unix_placeholder.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/log_limit.h"
#include "supervisor/generation/processes.h"
#include "supervisor/kernel/io.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"
#include "supervisor/step/release.h"

enum {
    IN_FLIGHT_MS = 2,
    TURN = 64, /* messages, and milliseconds for them */
    TURN_MS = 10,
    TURNS_MOST = PAGE_LISTENERS / TURN,
};

/* A second bind of an address that the generation still has must fail as without us. */
static bool is_taken(struct generation *g, unsigned index)
{
    uint32_t flags = generation_flags(g, index);

    if (!(flags & LISTENER_USED))
        return false;
    if (listener_in_flight(g->bound[index]))
        return true;
    if (!(flags & LISTENER_CLOSED) && listener_is_owned(g->bound[index]))
        return true;
    if (generation_scan(g) < 0)
        return true;
    /* twice: adopting moves it to another number, maybe past the eye of the first look */
    return kernel_holds(&g->tree, g->bound[index]->socket.inode) != 0 ||
           kernel_holds(&g->tree, g->bound[index]->socket.inode) != 0;
}

/* What can't be delivered at once is no answer that our shim waits for; nor is it to anything but
 * what the shim sends. */
static bool answer(int reply, uint32_t type, int fd)
{
    const struct message m = {.version = MESSAGE_VERSION, .type = type};

    return io_socket_option(reply, SO_DOMAIN) == AF_UNIX &&
           io_socket_option(reply, SO_TYPE) == SOCK_SEQPACKET && message_try(reply, &m, fd) == 0;
}

static void hand_out(struct generation *g, unsigned index, int reply, pid_t pid)
{
    struct listener *h = index < PAGE_LISTENERS ? g->bound[index] : NULL;

    if (h && listener_is_shut(h)) {
        release_listener(g, index);
        h = NULL;
    }
    if (!h || h->socket.fd < 0 || is_taken(g, index)) {
        answer(reply, MESSAGE_REFUSED, -1);
        io_close_socket(reply);
        return;
    }
    h->due = 0;
    atomic_fetch_and(&g->page->listeners[index].flags,
                     ~(uint32_t)(LISTENER_CLOSED | LISTENER_TRANSIENT));
    generation_bind(g, index, h, LISTENER_ADOPTED);
    log_line(LEVEL_DEBUG, "generation %u adopts %s", g->number, h->address);
    release_spare(g, h);
    if (answer(reply, MESSAGE_GRANTED, h->socket.fd)) {
        listener_own(h, pid);
        listener_sent(h, reply);
    } else {
        io_close_socket(reply);
    }
}

static void handle(struct generation *g, const struct inbox_message *l)
{
    const struct message *m = &l->message;

    g->joined = true;
    switch (m->type) {
    case MESSAGE_LISTEN:
        generation_keep(g, m->index, l->fd, l->sender);
        break;
    case MESSAGE_ADOPT:
        if (l->fd >= 0)
            hand_out(g, m->index, l->fd, l->sender);
        break;
    case MESSAGE_NOTE:
        log_limited(g, (int)l->sender, "%.*s", MESSAGE_TEXT, m->text);
        break;
    case MESSAGE_PLACEHOLDER:
        unix_placeholder_settle(l->fd);
        io_close_socket(l->fd);
        break;
    default:
        break;
    }
}

/* So much at a time: who sends without end is not to delay the others. */
static int read_some(struct generation *g)
{
    int64_t until = clock_ms() + TURN_MS;
    struct inbox_message l;
    int r = 1;

    for (int i = 0; i < TURN && r != 0; i++) {
        r = inbox_receive(g->control, &l);
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

void messages_step(int64_t now)
{
    struct generation *g = supervisor.current;
    struct listener *h;

    watch_look();
    TAILQ_FOREACH (h, &listener_list, link) {
        listener_in_flight(h);
        if (listener_owner_gone(h) && g)
            generation_left(g, h);
    }
    /* in sequential mode it may be draining: that it holds placeholders now is our doing */
    if (!g || phase_stops() || g->state > GENERATION_SERVING)
        return;
    release_step(now);
}
