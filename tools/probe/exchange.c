/* SPDX-License-Identifier: ISC */
#include "probe/exchange.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <string.h>

#include "probe/failing.h"
#include "probe/kinds.h"

enum {
    WATCHED = EPOLLIN | EPOLLOUT | EPOLLRDHUP,
    READS_MOST = 16, /* in a row: others wait, also the clock of an answer that never ends */
};

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

void exchange_fail(struct client *client, const char *call, int error, int64_t now)
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
        load_on_holding(&client->witness);
    crowd_wait(&client->place,
               behaviour_of(client)->rests           ? QUEUE_HOLD
               : behaviour_of(client)->only_connects ? QUEUE_BREATH
                                                     : QUEUE_NEXT,
               now);
}

static void hold(struct client *client, int64_t now)
{
    client->state = CLIENT_HOLDING;
    client->hold_began = now;
    load_on_holding(&client->witness);
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

enum taken { TAKEN_SOME, TAKEN_ALL, TAKEN_ERROR };

/* What has come of the answer, or a part of it. */
static enum taken take(struct client *client, enum outcome *outcome, int64_t now)
{
    static char bytes[65536];
    struct run *run = client->run;
    ssize_t got = wire_receive(&client->wire, bytes, sizeof(bytes));

    if (got == -1 && errno == EAGAIN)
        return TAKEN_ALL;
    if (got == -1) {
        exchange_fail(client, "recv", errno, now);
        return TAKEN_ERROR;
    }
    if (run->plan->acknowledgement.length > 0)
        wire_send(&client->wire, run->plan->acknowledgement.bytes,
                  run->plan->acknowledgement.length);
    if (got == 0 && !is_datagram(client))
        *outcome = answer_end(&client->answer, &run->plan->judge, run->result);
    else
        *outcome = answer_feed(&client->answer, &run->plan->judge, run->result, bytes, (size_t)got);
    return *outcome != ANSWER_GOES_ON || is_drained(client, got, sizeof(bytes)) ? TAKEN_ALL
                                                                                : TAKEN_SOME;
}

void exchange_listen(struct client *client, int64_t now)
{
    enum outcome outcome = ANSWER_GOES_ON;
    enum taken taken = TAKEN_SOME;

    for (unsigned i = 0; taken == TAKEN_SOME && i < READS_MOST; i++)
        taken = take(client, &outcome, now);
    if (taken == TAKEN_ERROR)
        return;
    client->unread = taken == TAKEN_SOME;
    if (client->unread)
        loop_again(client->wire.fd, WATCHED, &client->watch);
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
        exchange_listen(client, now);
}

static size_t bytes_to_send(const struct client *client)
{
    size_t length = question_of(client)->length;

    return behaviour_of(client)->holds_half && !client->has_held ? length / 2 : length;
}

/* Before it is known whether there is a connection: a send that would have to wait for one says so,
 * and a peer nearby has been reached by now. */
void exchange_ask(struct client *client, int64_t now)
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
        exchange_fail(client, client->sent == 0 ? "connect" : "send", error, now);
    else if (goal < question->length)
        hold(client, now);
    else
        has_been_asked(client, now);
}

/* There is a connection, and nothing was said on it. */
void exchange_connected(struct client *client, int64_t now)
{
    int error = wire_error(&client->wire);

    if (error == 0)
        error = wire_shake_hands(&client->wire);
    if (error == EAGAIN)
        return;
    if (error != 0) {
        exchange_fail(client, "connect", error, now);
    } else if (behaviour_of(client)->only_connects) {
        answered(client, now);
    } else if (behaviour_of(client)->holds_before) {
        hold(client, now);
    } else {
        client->state = CLIENT_ASKING;
        exchange_ask(client, now);
    }
}

static bool must_know_connected(const struct client *client)
{
    return behaviour_of(client)->holds_before || behaviour_of(client)->only_connects ||
           question_of(client)->length == 0;
}

static void connection_begins(struct client *client, int64_t now)
{
    int error = loop_watch(client->wire.fd, WATCHED, &client->watch);

    result_connected(client->run->result, client->kind);
    if (error != 0)
        in_trouble(client, strerror(error));
    else if (!must_know_connected(client))
        exchange_ask(client, now);
}

void exchange_connect(struct client *client, int64_t now)
{
    const struct address *address = &client->run->plan->address;
    const char *why = NULL;
    bool small = behaviour_of(client)->holds_after && !is_datagram(client);
    int error = wire_open(&client->wire, address, small, &why);

    client->reused = client->closing = client->unread = false;
    client->version = -1;
    client->state = CLIENT_CONNECTING;
    crowd_wait(&client->place, error == EAGAIN ? QUEUE_BREATH : QUEUE_ANSWER, now);
    if (error == ECANCELED)
        in_trouble(client, why);
    else if (error == 0)
        connection_begins(client, now);
    else if (error != EAGAIN)
        exchange_fail(client, "connect", error, now);
}

void exchange_late(struct client *client, int64_t now)
{
    static const char *const doing[] = {
        [CLIENT_CONNECTING] = "to connect",
        [CLIENT_ASKING] = "to take the request",
        [CLIENT_LISTENING] = "to answer",
    };
    char why[WHY_LENGTH];

    if (client->state == CLIENT_LISTENING && answer_unexpected(&client->answer)) {
        fail(client, FAILURE_TIMEOUT, client->answer.why, now);
        return;
    }
    snprintf(why, sizeof(why), "too long %s: %zu bytes sent, %zu received", doing[client->state],
             client->sent, client->answer.length);
    fail(client, FAILURE_TIMEOUT, why, now);
}
