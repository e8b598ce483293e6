/* SPDX-License-Identifier: ISC */
#include "stream/telling.h"

#include <errno.h>
#include <string.h>

#include "process/readable.h"
#include "process/self.h"

static const char line[] = "Connection: close\r\n";
static const char value[] = "close";

enum {
    LINE = sizeof line - 1,
    VALUE = sizeof value - 1,
    KEEP_ALIVE = sizeof "keep-alive" - 1,
    MOST_HEAD = 64 * 1024,
    MOST_PIECES = TELLING_PIECES - 3, /* a part of one before our text, and what is owed */
};

static const char *text_of(size_t length)
{
    return length == LINE ? line : value;
}

static bool are_readable(const struct iovec *pieces, int count)
{
    bool good = count > 0 && readable(pieces, (size_t)count * sizeof *pieces);

    for (int i = 0; good && i < count; i++)
        good = readable(pieces[i].iov_base, pieces[i].iov_len);
    return good;
}

/* Its head, as far as it is here. */
static bool read_head(struct framing *f, const struct iovec *pieces, int count)
{
    for (int i = 0; i < count && !(f->flags & FRAMING_HEAD_DONE) && f->count < MOST_HEAD; i++)
        framing_feed(f, pieces[i].iov_base, pieces[i].iov_len);
    return (f->flags & FRAMING_HEAD_DONE) && !framing_lost(f);
}

/* As RFC 9112 has it: what says close, is of HTTP/1.0 and does not say keep-alive, or ends with its
 * connection. */
static bool closes_itself(const struct framing *f)
{
    return (f->flags & FRAMING_CLOSE) ||
           ((f->flags & FRAMING_OLD) && !(f->flags & FRAMING_KEEP_ALIVE)) ||
           (!framing_done(f) && !(f->flags & (FRAMING_LENGTH | FRAMING_CHUNKED)));
}

/* Nothing is put into what is no answer yet, or the beginning of something else. */
static bool is_final(const struct framing *f)
{
    return f->status >= 200;
}

static void add(struct telling *t, const void *base, size_t n)
{
    if (n > 0)
        t->out[t->outs++] = (struct iovec){.iov_base = (void *)base, .iov_len = n};
}

/* The bytes from..to of the server's. */
static void add_part(struct telling *t, size_t from, size_t to)
{
    size_t begin = 0;

    for (int i = 0; i < t->count && begin < to; i++) {
        const struct iovec *piece = &t->pieces[i];
        size_t end = begin + piece->iov_len;
        size_t first = from > begin ? from : begin, last = to < end ? to : end;

        if (first < last)
            add(t, (const char *)piece->iov_base + (first - begin), last - first);
        begin = end;
    }
}

/* What is to be written instead of the server's pieces. */
static void rewrite(struct telling *t, const struct http *x)
{
    add(t, x->rest, t->owed);
    add_part(t, 0, t->at);
    add(t, text_of(t->text), t->text);
    add_part(t, t->at + t->cut, SIZE_MAX);
}

void telling_begin(struct telling *t, const struct http *x, const struct iovec *pieces, int count)
{
    t->pieces = pieces;
    t->count = count;
    t->at = t->cut = t->text = 0;
    t->owed = x->owed;
    t->tells = false;
    t->outs = 0;
    if (t->owed == 0)
        return;
    if (count > MOST_PIECES)
        t->count = MOST_PIECES; /* the server sees a short write */
    rewrite(t, x);
}

void telling_tell(struct telling *t, const struct http *x, int fd)
{
    struct framing f;

    if (t->owed > 0 || t->count > MOST_PIECES || !http_awaits(x) ||
        !are_readable(t->pieces, t->count))
        return;
    http_answer(x, &f);
    if (!read_head(&f, t->pieces, t->count) || !is_final(&f) || !http_is_certain(x, fd))
        return;
    t->tells = true;
    if (closes_itself(&f))
        return;
    t->at = f.keep_at ? f.keep_at : f.line_end;
    t->cut = f.keep_at ? KEEP_ALIVE : 0;
    t->text = f.keep_at ? VALUE : LINE;
    rewrite(t, x);
}

static void owe(struct http *x, const char *rest, size_t n)
{
    x->rest = rest;
    x->owed = (uint8_t)n;
}

static void note_told(struct http *x)
{
    x->state = STREAM_TOLD;
    if (!x->told)
        atomic_fetch_add(&self.page->told, 1);
    x->told = true;
}

/* How many of the server's bytes are written, of r without those that were owed. */
static size_t of_server(struct telling *t, struct http *x, size_t r)
{
    if (t->text == 0)
        return r;
    if (r <= t->at) {
        t->tells = false; /* the rest of the head goes as the server has it */
        return r;
    }
    if (r >= t->at + t->text)
        return r - t->text + t->cut;
    owe(x, text_of(t->text) + (r - t->at), t->at + t->text - r);
    return t->at + t->cut;
}

ssize_t telling_end(struct telling *t, struct http *x, ssize_t r)
{
    size_t n;

    if (r <= 0)
        return r;
    if ((size_t)r <= t->owed) {
        owe(x, x->rest + r, t->owed - (size_t)r);
        errno = EAGAIN;
        return -1;
    }
    owe(x, NULL, 0);
    n = of_server(t, x, (size_t)r - t->owed);
    http_sent(x, t->pieces, n);
    if (t->tells && !x->given_up)
        note_told(x);
    return (ssize_t)n;
}
