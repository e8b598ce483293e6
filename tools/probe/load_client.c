/* SPDX-License-Identifier: ISC */
#include "probe/load_client.h"

#include <sys/epoll.h>

#include <errno.h>

#include "probe/kinds.h"
#include "probe/running_clock.h"

static const struct behaviour *behaviour_of(const struct client *client)
{
    return kind_behaviour(client->kind);
}

void client_begin(struct client *client, int64_t due, int64_t now)
{
    client->run->begun++;
    client->run->under_way++;
    client->asking = true;
    load_on_asked(&client->witness);
    client->began = due;
    client->held = 0;
    client->has_held = false;
    client->sent = 0;
    answer_begin(&client->answer, client->run->plan->address.http);
    if (client->wire.fd == -1) {
        exchange_connect(client, now);
        return;
    }
    client->state = CLIENT_ASKING;
    crowd_wait(&client->place, QUEUE_ANSWER, now);
    exchange_ask(client, now);
}

static void begin_next(struct client *client, int64_t now)
{
    struct run *run = client->run;

    if (run->begun >= run->allowed)
        wire_close(&client->wire, false);
    else if (run->plan->rate != 0)
        crowd_wait(&client->place, QUEUE_TURN, now);
    else
        client_begin(client, now, now);
}

/* A connection that is open without a request: the other side may close it whenever it likes. What
 * it says then (HAProxy: 408) is no answer to anything. */
static void happened_idle(struct client *client)
{
    char byte;
    ssize_t got;

    if (client->wire.fd == -1)
        return;
    got = wire_receive(&client->wire, &byte, 1);
    if (got == -1 && errno == EAGAIN)
        return;
    wire_close(&client->wire, true);
    result_closed_idle(client->run->result, client->kind);
}

/* While a client holds, the other side should wait. Answers of slow ones are for later. */
static void happened_holding(struct client *client, uint32_t events, int64_t now)
{
    int error = events & EPOLLERR ? wire_error(&client->wire) : 0;

    if (error != 0)
        exchange_fail(client, "while it was held", error, now);
    else if (client->closing && !behaviour_of(client)->holds_after)
        exchange_listen(client, now);
}

static void client_happened(struct watch *watch, uint32_t events)
{
    struct client *client = client_of_watch(watch);
    int64_t now = running_clock_now();

    if (events & EPOLLIN)
        client->unread = true;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        client->closing = client->unread = true;
    switch (client->state) {
    case CLIENT_AWAY:
        happened_idle(client);
        break;
    case CLIENT_CONNECTING:
        if (client->wire.fd != -1 && events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
            exchange_connected(client, now);
        break;
    case CLIENT_ASKING:
        exchange_ask(client, now);
        break;
    case CLIENT_HOLDING:
        happened_holding(client, events, now);
        break;
    case CLIENT_LISTENING:
        if (client->unread)
            exchange_listen(client, now);
        break;
    }
}

static void hold_ends(struct client *client, int64_t now)
{
    if (client->state == CLIENT_AWAY) {
        begin_next(client, now);
        return;
    }
    client->has_held = true;
    client->held = now - client->hold_began;
    crowd_wait(&client->place, QUEUE_ANSWER, now);
    client->state = CLIENT_ASKING;
    exchange_ask(client, now);
}

void client_expired(struct client *client, enum queue queue, int64_t now)
{
    if (queue == QUEUE_ANSWER)
        exchange_late(client, now);
    else if (queue == QUEUE_HOLD)
        hold_ends(client, now);
    else if (!client->asking)
        begin_next(client, now);
    else if (now - client->began > client->run->plan->timeout)
        exchange_late(client, now);
    else
        exchange_connect(client, now);
}

void client_create(struct client *client, struct run *run, enum kind kind)
{
    *client = (struct client){
        .watch.happened = client_happened, .run = run, .kind = kind, .wire.fd = -1, .version = -1};
}

void client_free(struct client *client)
{
    crowd_leave(&client->place);
    wire_close(&client->wire, false);
    answer_free(&client->answer);
}
