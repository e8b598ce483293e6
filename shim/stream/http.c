/* SPDX-License-Identifier: ISC */
#include "stream/http.h"

#include <sys/mman.h>
#include <sched.h>

#include "process/connections.h"
#include "process/fdtab.h"
#include "process/self.h"
#include "stream/relay.h"
#include "stream/sent.h"

/* Of connection_note.stream, beside the state. */
enum {
    BUSY = 0x200,    /* a thread has claimed it */
    SPOILED = 0x400, /* another one wanted to */
    BEGUN = 0x10000, /* times the number of http_begin(): older records are none */
};

enum { MOST_REQUESTS = 16, FEW_RECORDS = 1024, TRIES = 100 };

/* A request that has no answer yet. */
enum waiting { PLAIN, HEAD, CONNECT, UPGRADE, WAITING_BITS = 2, WAITING = 3 };

static struct http *_Atomic records;
static _Atomic uint32_t size, begun, answers;
static _Atomic bool counts; /* the kernel is asked what it has counted */

/* Those who are at it may still use the former records: they stay. */
bool http_begin(bool drains)
{
    int highest = atomic_load(&fdtab_highest);
    uint32_t n = drains && highest >= FEW_RECORDS ? (uint32_t)highest + 1 : FEW_RECORDS;
    void *memory;

    if (n > atomic_load(&size)) {
        memory = mmap(NULL, n * sizeof *records, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED)
            return false;
        atomic_store(&records, memory);
        atomic_store(&size, n);
    }
    atomic_store(&counts, drains);
    atomic_store(&begun, (atomic_load(&begun) / BEGUN + 1) * BEGUN + (drains ? STREAM_SEEN : 0));
    return true;
}

uint32_t http_answers(void)
{
    return atomic_load(&answers);
}

static void reset(struct http *x)
{
    *x = (struct http){.state = STREAM_QUIET, .epoch = atomic_load(&begun)};
    framing_begin(&x->request, FRAMING_REQUEST, false);
    framing_begin(&x->response, FRAMING_RESPONSE, false);
}

/* Who reads is at it for a moment only. Without what is owed nobody should write. */
static bool claim(_Atomic uint32_t *note, uint32_t *was)
{
    for (int i = 0; i < TRIES; i++) {
        *was = atomic_fetch_or(note, BUSY);
        if (!(*was & BUSY))
            return true;
        sched_yield();
    }
    atomic_fetch_or(note, SPOILED);
    return false;
}

struct http *http_claim(int fd)
{
    uint32_t was;

    if (fdtab_kind(fd) != FD_CONNECTION || (uint32_t)fd >= atomic_load(&size) ||
        !claim(&connections_notes[fd].stream, &was))
        return NULL;
    if ((was ^ atomic_load(&begun)) / BEGUN)
        reset(&records[fd]);
    return &records[fd];
}

static void give_up(struct http *x, enum stream_state why)
{
    x->state = (uint8_t)why;
    x->given_up = true;
}

void http_release(struct http *x, int fd)
{
    _Atomic uint32_t *note = &connections_notes[fd].stream;
    uint32_t was = atomic_load(note);

    do {
        if (!(was & BUSY))
            return; /* another connection has got the number */
        if (was & SPOILED)
            give_up(x, STREAM_OPAQUE);
    } while (
        !atomic_compare_exchange_weak(note, &was, x->epoch | x->state | (was & CONNECTION_COPIED)));
}

/* It is not what it was taken for. */
static void lose(struct http *x)
{
    const struct http was = *x;

    if (was.followed) {
        give_up(x, STREAM_OPAQUE);
        return;
    }
    reset(x); /* the next request may be seen from its first byte on */
    x->state = STREAM_OPAQUE;
    x->told = was.told;
    x->rest = was.rest;
    x->owed = was.owed;
}

static enum waiting kind_of(const struct framing *request)
{
    if (request->flags & FRAMING_CONNECT)
        return CONNECT;
    if (request->flags & FRAMING_UPGRADE)
        return UPGRADE;
    return request->flags & FRAMING_HEAD ? HEAD : PLAIN;
}

static enum waiting oldest(const struct http *x)
{
    return x->requests > 0 ? (enum waiting)(x->waiting & WAITING) : PLAIN;
}

static void request_came(struct http *x, int fd)
{
    if (x->requests == MOST_REQUESTS) {
        give_up(x, STREAM_OPAQUE);
        return;
    }
    x->waiting |= (uint32_t)kind_of(&x->request) << (WAITING_BITS * x->requests++);
    x->state = STREAM_ASKED;
    x->counted = atomic_load(&counts) && sent_bytes(fd, &x->sent);
    relay_note(x->hash);
}

/* Returns how much of it belongs to the request that is under way. */
static size_t receive(struct http *x, int fd, const char *data, size_t n)
{
    bool had_head = x->request.flags & FRAMING_HEAD_DONE;
    uint32_t before = x->request.count;
    size_t used;

    if (before == 0) {
        x->hash = RELAY_SEED;
        x->relays = relay_unclear(); /* a part of it may be passed on before the rest comes */
    }
    used = framing_feed(&x->request, data, n);
    x->hash = relay_hash(x->hash, data, x->request.count - before);
    if (framing_lost(&x->request)) {
        lose(x);
        return n;
    }
    if (!had_head && (x->request.flags & FRAMING_HEAD_DONE))
        request_came(x, fd);
    if (framing_done(&x->request))
        framing_begin(&x->request, FRAMING_REQUEST, false);
    return used;
}

/* What is followed only from here on: the end of a body may look like the beginning of a method. */
static bool is_a_part(const struct http *x)
{
    return !x->followed && !framing_at_start(&x->request) && x->request.line_end == 0;
}

static void receive_all(struct http *x, int fd, const char *data, size_t n)
{
    while (n > 0 && !x->given_up) {
        size_t used = receive(x, fd, data, n);

        data += used;
        n -= used;
    }
}

void http_received(struct http *x, int fd, const struct iovec *pieces, size_t n)
{
    if (!pieces)
        return lose(x);
    if (x->state == STREAM_QUIET && atomic_load(&counts))
        x->followed = x->known = sent_first(fd, n);
    for (; n > 0; pieces++) {
        size_t here = pieces->iov_len < n ? pieces->iov_len : n;

        receive_all(x, fd, pieces->iov_base, here);
        n -= here;
    }
    if (is_a_part(x))
        lose(x);
}

bool http_awaits(const struct http *x)
{
    return !x->given_up && x->requests > 0 && framing_at_start(&x->response);
}

/* The queue of what was read and not is asked last: the client may be sending just now. */
bool http_is_certain(const struct http *x, int fd)
{
    uint64_t sent;

    return x->requests == 1 && oldest(x) != CONNECT && framing_at_start(&x->request) &&
           x->counted && (x->known || !atomic_load(&self.page->tunnels)) &&
           x->relays == relay_unclear() && relay_is_clean(x->hash) && sent_at_once(fd, &sent) &&
           sent == x->sent && !sent_more(fd);
}

void http_answer(const struct http *x, struct framing *f)
{
    framing_begin(f, FRAMING_RESPONSE, oldest(x) == HEAD);
}

static bool is_interim(const struct framing *f)
{
    return f->status / 100 == 1 && f->status != 101;
}

/* From here on it is another protocol.  One of frames can't be taken for HTTP/1: that a server has
 * websockets says nothing of its other connections. */
static void look_for_tunnel(struct http *x)
{
    const struct framing *f = &x->response;
    bool switched = f->status == 101;

    if (!switched && (oldest(x) != CONNECT || f->status / 100 != 2))
        return;
    if (!switched || !(f->flags & FRAMING_FRAMED))
        atomic_store(&self.page->tunnels, 1);
    give_up(x, STREAM_TUNNEL);
}

static void answer_ended(struct http *x)
{
    if (is_interim(&x->response)) {
        x->sent += x->response.count;
    } else {
        x->waiting >>= WAITING_BITS;
        x->requests--;
        x->followed = true;
        x->state = x->state == STREAM_ASKED ? STREAM_ANSWERED : x->state;
        atomic_fetch_add(&answers, 1);
        if (relay_passed_on(x->hash))
            give_up(x, STREAM_RELAYED); /* what it passes on next may be cut anywhere */
    }
    framing_begin(&x->response, FRAMING_RESPONSE, false);
}

/* Returns how much of it belongs to the answer that is under way. */
static size_t answer(struct http *x, const char *data, size_t n)
{
    bool had_head = x->response.flags & FRAMING_HEAD_DONE;
    size_t used = data ? framing_feed(&x->response, data, n) : framing_skip(&x->response, n);

    if (framing_lost(&x->response)) {
        lose(x);
        return n;
    }
    if (!had_head && (x->response.flags & FRAMING_HEAD_DONE))
        look_for_tunnel(x);
    if (framing_done(&x->response) && !x->given_up)
        answer_ended(x);
    return used;
}

/* What nobody has asked for, of a connection that is not followed yet, is the end of what was under
 * way. */
static void send_all(struct http *x, const char *data, size_t n)
{
    while (n > 0 && !x->given_up) {
        size_t used;

        if (http_awaits(x))
            http_answer(x, &x->response);
        else if (framing_at_start(&x->response))
            return lose(x);
        used = answer(x, data, n);
        data = data ? data + used : NULL;
        n -= used;
    }
}

void http_sent(struct http *x, const struct iovec *pieces, size_t n)
{
    if (!pieces)
        send_all(x, NULL, n);
    for (; pieces && n > 0; pieces++) {
        size_t here = pieces->iov_len < n ? pieces->iov_len : n;

        send_all(x, pieces->iov_base, here);
        n -= here;
    }
}
