/* SPDX-License-Identifier: ISC */
#include "supervisor/step/pass.h"

#include <netinet/in.h>

#include "protocol/tcp_counts.h"
#include "supervisor/generation/listeners.h"
#include "supervisor/generation/log_limit.h"
#include "supervisor/generation/slots.h"
#include "supervisor/kernel/io.h"
#include "supervisor/state/accept_queue.h"
#include "supervisor/state/supervisor.h"

enum {
    AGAIN_MS = 20, /* who has more to send is told again */
    SOON_MS = 2,   /* nobody rings when a process has sent all, or has read all */
    LATE_MS = 1000 /* a successor that says itself that it is ready may wait that much later */
};

uint32_t pass_attention(void)
{
    return supervisor.options.keep_alive == KEEP_ALIVE_OFF ? 0 : ATTENTION_TAKING;
}

bool pass_is_under_way(const struct generation *g)
{
    return g->passing != PASSING_NOT && g->passing != PASSING_OVER;
}

static bool takes(const struct generation *g, const struct listener *h)
{
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i] == h && (generation_flags(g, i) & LISTENER_TAKES))
            return true;
    return false;
}

/* Is this true of one that serves?  Not worker_serves(): the current one may be draining. */
static bool any_serving(bool (*is)(const struct generation *g, const struct listener *h),
                        const struct listener *h)
{
    const struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state == GENERATION_SERVING && g != supervisor.standby && is(g, h))
            return true;
    return false;
}

static bool is_taken(const struct listener *h)
{
    return any_serving(takes, h);
}

static bool is_member(const struct listener *h, const struct listener *other)
{
    return other->socket.fd >= 0 && address_equal(h->key, other->key) &&
           io_socket_option(other->socket.fd, SO_REUSEPORT) > 0;
}

/* The next of those that are looked into, in turns; NULL: none is. */
static struct listener *next_member(const struct listener *h)
{
    static unsigned turn;
    struct listener *found[64], *other;
    unsigned n = 0, most = sizeof found / sizeof found[0];

    TAILQ_FOREACH (other, &listener_list, link)
        if (n < most && is_member(h, other) && !other->leaving && is_taken(other))
            found[n++] = other;
    return n > 0 ? found[turn++ % n] : NULL;
}

/* Where those go that were accepted from h: to itself, or to another member of its SO_REUSEPORT
 * group, of which the successor may have fewer. NULL: nowhere. */
static struct listener *target(struct listener *h)
{
    if (h->socket.fd < 0 || h->socket.family == AF_UNIX || h->socket.type != SOCK_STREAM)
        return NULL;
    return !h->leaving && is_taken(h) ? h : next_member(h);
}

/* True: it may give from a listener from which it was not to give before. */
static bool mark(struct generation *g, bool gives)
{
    bool any = false;

    for (unsigned i = 0; i < g->entries; i++) {
        _Atomic uint32_t *flags = &g->page->listeners[i].flags;

        if (gives && g->bound[i] && target(g->bound[i]))
            any |= !(atomic_fetch_or(flags, LISTENER_GIVES) & LISTENER_GIVES);
        else
            atomic_fetch_and(flags, ~(uint32_t)LISTENER_GIVES);
    }
    return any;
}

/* Is a successor about to wait? With GRACE_READY=auto it does, or would not be ready. */
static bool is_late(const struct generation *g, int64_t now)
{
    if (supervisor.options.ready == READY_AUTO || now - g->draining > LATE_MS)
        return false;
    for (unsigned i = 0; i < g->entries; i++)
        if (g->bound[i] && g->bound[i]->queue && any_serving(generation_uses, g->bound[i]) &&
            !target(g->bound[i]))
            return true;
    return false;
}

/* One that serves since before this restart looks there no more: as one of several workers it would
 * be told of who waits there, and not find him. */
static void let_all_look(void)
{
    struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (g->state == GENERATION_SERVING && !(g->attention & ATTENTION_TAKING)) {
            generation_attention(g, ATTENTION_TAKING, 0);
            slots_tell(g, SLOTS_ALL);
        }
}

void pass_begin(struct generation *g)
{
    if (pass_attention() == 0 || g->control < 0 || !(mark(g, true) | is_late(g, g->draining)))
        return;
    g->passing = PASSING_OPEN;
    let_all_look();
}

static in_port_t port_of(const struct sockaddr_storage *a)
{
    return a->ss_family == AF_INET ? ((const struct sockaddr_in *)a)->sin_port
                                   : ((const struct sockaddr_in6 *)a)->sin6_port;
}

/* A connection that came in there, and is as it came?  Any process of the server may send any
 * socket. */
static bool is_untouched(const struct listener *h, int fd)
{
    struct sockaddr_storage own;
    socklen_t len = sizeof own;
    struct tcp_counts counts;

    return io_socket_option(fd, SO_ACCEPTCONN) == 0 &&
           getsockname(fd, (struct sockaddr *)&own, &len) == 0 &&
           own.ss_family == h->socket.family && port_of(&own) == port_of(&h->socket.addr) &&
           tcp_counts(fd, &counts) && tcp_counts_untouched(&counts);
}

static bool pass_on(struct generation *g, struct listener *h, int fd)
{
    struct listener *to = h && g->passing != PASSING_OVER ? target(h) : NULL;

    if (to && is_untouched(h, fd))
        return accept_queue_put(to, fd);
    io_close_socket(fd);
    return false;
}

void pass_receive(struct generation *g, unsigned index, const int *fds, unsigned n, pid_t pid)
{
    struct listener *h = index < PAGE_LISTENERS ? g->bound[index] : NULL;
    unsigned given = 0;

    for (unsigned i = 0; i < n; i++)
        given += pass_on(g, h, fds[i]);
    g->given += given;
    if (given < n)
        log_limited(g, (int)pid, "%u of %u connections can't be handed over, and are closed",
                    n - given, n);
}

bool pass_is_full(const struct generation *g)
{
    return pass_is_under_way(g) && accept_queue_is_full();
}

static void tell_again(struct generation *g, int64_t now)
{
    if (now - g->asked >= AGAIN_MS) {
        g->asked = now;
        slots_tell(g, SLOTS_ALL);
    }
}

/* Its end does not wait for an answer. */
static bool may_send_more(struct generation *g, int64_t now)
{
    unsigned giving;

    if (g->state == GENERATION_DRAINING && !g->handed_over)
        return true;
    if (mark(g, true))
        slots_ask_to_give(g);
    giving = slots_giving(g);
    if (giving == GIVING_MORE)
        tell_again(g, now);
    if (giving == GIVING_NOTHING && !is_late(g, now))
        return false;
    supervisor_wake_in(SOON_MS);
    return true;
}

static void go_on(struct generation *g, int64_t now)
{
    if (g->passing == PASSING_OPEN && !may_send_more(g, now)) {
        mark(g, false);
        g->passing = PASSING_CLOSING;
    }
    if (g->passing == PASSING_CLOSING) {
        if (slots_giving(g) == GIVING_NOTHING)
            g->passing = PASSING_READING; /* what came since the messages were last read */
        supervisor_wake_in(SOON_MS);
    } else if (g->passing == PASSING_READING && g->unread == 0) {
        g->passing = PASSING_OVER;
    }
}

static bool flush_all(void)
{
    struct listener *h;
    bool empty = true;

    TAILQ_FOREACH (h, &listener_list, link)
        empty &= accept_queue_flush(h);
    return empty;
}

bool pass_awaited(void)
{
    const struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (pass_is_under_way(g))
            return true;
    return !flush_all();
}

static void forget_takers(struct generation *g)
{
    for (unsigned i = 0; i < g->entries; i++)
        atomic_fetch_and(&g->page->listeners[i].flags, ~(uint32_t)LISTENER_TAKES);
}

/* One that another supervisor has started goes on: there may be somebody in a queue that we don't
 * see. */
static bool is_looking(const struct generation *g)
{
    return (g->attention & ATTENTION_TAKING) && !g->taken_over;
}

/* Its processes leave the queues, so that they have as many descriptors as before. */
static void let_none_look(void)
{
    struct generation *g;
    struct listener *h;

    TAILQ_FOREACH (g, &generation_list, link) {
        forget_takers(g);
        if (is_looking(g)) {
            generation_attention(g, 0, ATTENTION_TAKING);
            slots_tell(g, SLOTS_ALL);
        }
    }
    TAILQ_FOREACH (h, &listener_list, link)
        accept_queue_close(h);
}

static bool any_looks(void)
{
    const struct generation *g;

    TAILQ_FOREACH (g, &generation_list, link)
        if (is_looking(g))
            return true;
    return false;
}

void pass_step(int64_t now)
{
    struct generation *g;
    bool over = supervisor.phase == PHASE_IDLE;

    TAILQ_FOREACH (g, &generation_list, link) {
        if (pass_is_under_way(g))
            go_on(g, now);
        over &= !pass_is_under_way(g);
    }
    if (!flush_all())
        supervisor_wake_in(SOON_MS);
    else if (over && any_looks())
        let_none_look();
}
