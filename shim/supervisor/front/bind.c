/* SPDX-License-Identifier: ISC */
#include "supervisor/front/bind.h"

#include <sys/socket.h>

#include "protocol/message.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/kernel/io.h"
#include "supervisor/state/accept_queue.h"
#include "supervisor/state/log.h"
#include "supervisor/step/pass.h"
#include "supervisor/step/release.h"

/* A second bind of an address that the generation still has must fail as without us. */
static bool is_taken(struct generation *g, unsigned index)
{
    uint32_t flags = generation_flags(g, index);

    if (!(flags & LISTENER_USED))
        return false;
    if (listener_in_flight(g->bound[index]))
        return true;
    if (!(flags & LISTENER_CLOSED) && listener_is_members(g->bound[index]))
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

void bind_answer_queue(struct generation *g, unsigned index, int reply)
{
    struct listener *h = index < PAGE_LISTENERS ? g->bound[index] : NULL;
    int end = h && h->socket.fd >= 0 && pass_attention() ? accept_queue_end(h) : -1;

    answer(reply, end < 0 ? MESSAGE_REFUSED : MESSAGE_GRANTED, end);
    io_close_socket(reply);
}

void bind_answer(struct generation *g, unsigned index, int reply, pid_t pid)
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
    atomic_fetch_and(&g->page->listeners[index].flags, ~(uint32_t)LISTENER_CLOSED);
    generation_bind(g, index, h, LISTENER_ADOPTED);
    log_line(LEVEL_DEBUG, "generation %u adopts %s", g->number, h->address);
    release_spare(g, h);
    if (answer(reply, MESSAGE_GRANTED, h->socket.fd)) {
        listener_witness(h, pid, -1);
        listener_sent(h, reply);
    } else {
        io_close_socket(reply);
    }
}
