/* SPDX-License-Identifier: ISC */
#include "probe/load_client.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/failing.h"
#include "probe/kinds.h"
#include "probe/running_clock.h"

static void begin_next(struct client *client, int64_t now);
static void ask(struct client *client, int64_t now);
static void listen_to(struct client *client, int64_t now);

static const struct behaviour *behaviour_of(const struct client *client)
{
    return kind_behaviour(client->kind);
}

static const struct question *question_of(const struct client *client)
{
    const struct plan *plan = client->run->plan;

    return client->kind == KIND_SLOW     ? &plan->slow_question
           : behaviour_of(client)->keeps ? &plan->keep_question
                                         : &plan->question;
}

static bool is_datagram(const struct client *client)
{
    return client->run->plan->address.type == SOCK_DGRAM;
}

static bool has_asked(const struct client *client)
{
    return client->sent == question_of(client)->length;
}

/* The request is over, answered or not. */
static void request_ends(struct client *client)
{
    client->asking = false;
    client->run->under_way--;
    client->state = CLIENT_AWAY;
    crowd_leave(&client->place);
}

static void fail(struct client *client, enum failure failure, const char *why, int64_t now)
{
    struct let_down let_down = {
        .failure = failure,
        .kind = client->kind,
        .reused = client->reused,
        .began = client->began,
        .at = now,
        .version = client->version,
    };

    strlcpy(let_down.why, why, sizeof(let_down.why));
    failing_record(&let_down, client->wire.fd, client->run->result);
    request_ends(client);
    wire_close(&client->wire, true);
    crowd_wait(&client->place, QUEUE_RETRY, now);
}

static void fail_with(struct client *client, const char *call, int error, int64_t now)
{
    char why[WHY_LENGTH];

    failing_words(why, call, error);
    fail(client, failing_errno(error, has_asked(client)), why, now);
}

/* Not the server's fault, and the end of the run. */
static void in_trouble(struct client *client, const char *why)
{
    client->run->trouble = why;
    request_ends(client);
    wire_close(&client->wire, true);
}

static void answered(struct client *client, int64_t now)
{
    int64_t took = now - client->began - client->held;

    client->version = client->answer.version;
    load_on_answered(&client->witness, client->kind);
    result_answer(client->run->result, client->kind, now, (uint64_t)(took > 0 ? took : 0) / 1000,
                  client->version);
    request_ends(client);
    client->reused = true;
    if (!behaviour_of(client)->keeps || !client->answer.keeps || client->closing)
        wire_close(&client->wire, true);
    if (behaviour_of(client)->rests)
        crowd_wait(&client->place, QUEUE_HOLD, now);
    else if (behaviour_of(client)->only_connects)
        crowd_wait(&client->place, QUEUE_BREATH, now);
    else
        begin_next(client, now);
}

static void hold(struct client *client, int64_t now)
{
    client->state = CLIENT_HOLDING;
    client->hold_began = now;
    crowd_wait(&client->place, QUEUE_HOLD, now);
}

static void judge(struct client *client, enum outcome outcome, int64_t now)
{
    if (outcome == ANSWER_RIGHT)
        answered(client, now);
    else if (outcome == ANSWER_WRONG)
        fail(client, FAILURE_WRONG, client->answer.why, now);
    else if (outcome == ANSWER_TRUNCATED && client->answer.length == 0)
        fail(client, FAILURE_CLOSED,
             has_asked(client) ? "closed after the request" : "closed before the whole request",
             now);
    else if (outcome == ANSWER_TRUNCATED)
        fail(client, FAILURE_TRUNCATED, client->answer.why, now);
}

/* Is there nothing more for now? Sockets that say so by a short read are not asked again, unless
 * the end is known to be there, too. */
static bool is_drained(const struct client *client, ssize_t got, size_t size)
{
    return client->wire.tls == NULL && (size_t)got < size && !client->closing;
}

static void listen_to(struct client *client, int64_t now)
{
    static char bytes[65536];
    struct run *run = client->run;
    enum outcome outcome = ANSWER_GOES_ON;

    while (outcome == ANSWER_GOES_ON) {
        ssize_t got = wire_receive(&client->wire, bytes, sizeof(bytes));
        if (got == -1 && errno == EAGAIN)
            break;
        if (got == -1) {
            fail_with(client, "recv", errno, now);
            return;
        }
        if (got == 0 && !is_datagram(client))
            outcome = answer_end(&client->answer, &run->plan->judge, run->result);
        else
            outcome =
                answer_feed(&client->answer, &run->plan->judge, run->result, bytes, (size_t)got);
        if (outcome == ANSWER_GOES_ON && is_drained(client, got, sizeof(bytes)))
            break;
    }
    client->unread = false;
    judge(client, outcome, now);
}

/* The whole request is out. */
static void has_been_asked(struct client *client, int64_t now)
{
    if (behaviour_of(client)->holds_after && !client->has_held) {
        hold(client, now);
        return;
    }
    client->state = CLIENT_LISTENING;
    if (client->unread)
        listen_to(client, now);
}

static size_t bytes_to_send(const struct client *client)
{
    size_t length = question_of(client)->length;

    return behaviour_of(client)->holds_half && !client->has_held ? length / 2 : length;
}

/* Before it is known whether there is a connection: a send that would have to wait for one says so,
 * and a peer nearby has been reached by now. */
static void ask(struct client *client, int64_t now)
{
    const struct question *question = question_of(client);
    size_t goal = bytes_to_send(client);

    int error = wire_shake_hands(&client->wire);
    while (error == 0 && client->sent < goal) {
        ssize_t sent =
            wire_send(&client->wire, question->bytes + client->sent, goal - client->sent);
        if (sent == -1)
            error = errno;
        else
            client->sent += (size_t)sent;
    }
    if (error == EAGAIN)
        return;
    if (error != 0)
        fail_with(client, client->sent == 0 ? "connect" : "send", error, now);
    else if (goal < question->length)
        hold(client, now);
    else
        has_been_asked(client, now);
}

/* There is a connection, and nothing was said on it. */
static void connected(struct client *client, int64_t now)
{
    int error = wire_error(&client->wire);

    if (error == 0)
        error = wire_shake_hands(&client->wire);
    if (error == EAGAIN)
        return;
    if (error != 0) {
        fail_with(client, "connect", error, now);
    } else if (behaviour_of(client)->only_connects) {
        answered(client, now);
    } else if (behaviour_of(client)->holds_before) {
        hold(client, now);
    } else {
        client->state = CLIENT_ASKING;
        ask(client, now);
    }
}

static bool must_know_connected(const struct client *client)
{
    return behaviour_of(client)->holds_before || behaviour_of(client)->only_connects;
}

static void connection_begins(struct client *client, int64_t now)
{
    int error = loop_watch(client->wire.fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP, &client->watch);

    result_connected(client->run->result, client->kind);
    if (error != 0)
        in_trouble(client, strerror(error));
    else if (!must_know_connected(client))
        ask(client, now);
}

static void connect_to(struct client *client, int64_t now)
{
    const struct address *address = &client->run->plan->address;
    const char *why = NULL;
    int error = wire_open(&client->wire, address, behaviour_of(client)->holds_after, &why);

    client->reused = client->closing = client->unread = false;
    client->version = -1;
    client->state = CLIENT_CONNECTING;
    crowd_wait(&client->place, error == EAGAIN ? QUEUE_BREATH : QUEUE_ANSWER, now);
    if (error == ECANCELED)
        in_trouble(client, why);
    else if (error == 0)
        connection_begins(client, now);
    else if (error != EAGAIN)
        fail_with(client, "connect", error, now);
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
        connect_to(client, now);
        return;
    }
    client->state = CLIENT_ASKING;
    crowd_wait(&client->place, QUEUE_ANSWER, now);
    ask(client, now);
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
        fail_with(client, "while it was held", error, now);
    else if (client->closing && !behaviour_of(client)->holds_after)
        listen_to(client, now);
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
            connected(client, now);
        break;
    case CLIENT_ASKING:
        ask(client, now);
        break;
    case CLIENT_HOLDING:
        happened_holding(client, events, now);
        break;
    case CLIENT_LISTENING:
        if (client->unread)
            listen_to(client, now);
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
    ask(client, now);
}

static void is_late(struct client *client, int64_t now)
{
    static const char *const doing[] = {
        [CLIENT_CONNECTING] = "to connect",
        [CLIENT_ASKING] = "to take the request",
        [CLIENT_LISTENING] = "to answer",
    };
    char why[WHY_LENGTH];

    snprintf(why, sizeof(why), "too long %s: %zu bytes sent, %zu received", doing[client->state],
             client->sent, client->answer.length);
    fail(client, FAILURE_TIMEOUT, why, now);
}

void client_expired(struct client *client, enum queue queue, int64_t now)
{
    if (queue == QUEUE_ANSWER)
        is_late(client, now);
    else if (queue == QUEUE_HOLD)
        hold_ends(client, now);
    else if (!client->asking)
        begin_next(client, now);
    else if (now - client->began > client->run->plan->timeout)
        is_late(client, now);
    else
        connect_to(client, now);
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
