/* SPDX-License-Identifier: ISC */
/* Where messages begin and end, however they arrive; t_framing_llhttp compares that with llhttp. */
#include "framing_agrees.h"
#include "framing_samples.h"
#include "tap.h"

#define FEED(f, text) framing_feed(f, text, sizeof(text) - 1)

static enum framing_end end_of(const struct framing *f)
{
    if (framing_lost(f))
        return FRAMING_IS_LOST;
    return framing_done(f) ? FRAMING_ENDS : FRAMING_GOES_ON;
}

static bool is_as_wanted(const struct framing_sample *s, const struct framing *f, size_t taken)
{
    if (end_of(f) != s->end)
        return false;
    return s->end == FRAMING_IS_LOST ||
           (taken == s->length - s->rest && (f->flags & (unsigned)~FRAMING_HEAD_DONE) == s->flags);
}

static bool is_same(const struct framing *f, const struct framing *g)
{
    return f->left == g->left && f->count == g->count && f->line_end == g->line_end &&
           f->keep_at == g->keep_at && f->flags == g->flags && f->status == g->status &&
           f->step == g->step;
}

/* Byte by byte, and cut in two at each. */
static bool is_same_in_pieces(const struct framing_sample *s, const struct framing *whole,
                              size_t taken)
{
    struct framing f;

    for (size_t first = 1; first < s->length; first++) {
        struct framing_pieces two = {s->text, s->length, first, s->length};
        struct framing_pieces bytes = {s->text, s->length, first, 1};
        if (framing_feed_pieces(&f, s->kind, s->bodiless, &two) != taken || !is_same(&f, whole))
            return false;
        if (framing_feed_pieces(&f, s->kind, s->bodiless, &bytes) != taken || !is_same(&f, whole))
            return false;
    }
    return true;
}

static void test_samples(void)
{
    static const char *const kinds[] = {"request", "answer"};

    for (size_t i = 0; i < framing_samples_count; i++) {
        const struct framing_sample *s = &framing_samples[i];
        struct framing_pieces whole = {s->text, s->length, s->length, s->length};
        struct framing f;
        size_t taken = framing_feed_pieces(&f, s->kind, s->bodiless, &whole);

        ok(is_as_wanted(s, &f, taken) && is_same_in_pieces(s, &f, taken), "%s %zu", kinds[s->kind],
           i);
        if (tap_failed > 0)
            printf("# end %d, %zu of %zu bytes, flags %u, of:\n# %.40s\n", end_of(&f), taken,
                   s->length, f.flags, s->text);
    }
}

static void test_offsets(void)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nA: b\r\nconnection:  Keep-Alive \r\n\r\n";
    struct framing f;

    framing_begin(&f, FRAMING_RESPONSE, true);
    is_int((long long)FEED(&f, head), sizeof head - 1, "all of a head");
    is_int(f.count, sizeof head - 1, "is counted");
    is_int(f.line_end, 17, "its first line");
    is_int(f.keep_at, strstr(head, "Keep-Alive") - head, "the word in it");
    is_int(f.status, 200, "and the status");
    framing_begin(&f, FRAMING_RESPONSE, false);
    FEED(&f, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n");
    is_int(f.count, 47, "neither chunks nor trailers are of the head");
}

static void test_start(void)
{
    struct framing f;

    framing_begin(&f, FRAMING_REQUEST, false);
    ok(framing_at_start(&f) && !framing_done(&f) && !framing_lost(&f), "at its start");
    is_int((long long)framing_feed(&f, NULL, 0), 0, "nothing");
    ok(framing_at_start(&f), "changes nothing");
    FEED(&f, "G");
    ok(!framing_at_start(&f), "a byte does");
    FEED(&f, "ET / HTTP/1.1\r\n\r\n");
    ok(framing_done(&f) && !framing_at_start(&f), "whole");
    is_int((long long)FEED(&f, "GET"), 0, "what follows is not taken");
    framing_begin(&f, FRAMING_REQUEST, false);
    FEED(&f, "\n");
    ok(framing_lost(&f) && !framing_at_start(&f), "lost with the first byte");
    is_int((long long)FEED(&f, "GET / HTTP/1.1\r\n\r\n"), 0, "it remains so");
    ok(framing_lost(&f), "whatever comes");
}

/* One after the other, as clients may send them. */
static void test_pipeline(void)
{
    static const char bytes[] =
        "POST /1 HTTP/1.1\r\nContent-Length: 3\r\n\r\nGET"
        "GET /2 HTTP/1.1\r\n\r\n"
        "PUT /3 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nG\r\n0\r\n\r\n"
        "HEAD /4 HTTP/1.1\r\n\r\n";
    static const size_t ends[] = {42, 61, 119, 139};
    struct framing f;
    size_t at = 0;

    for (unsigned i = 0; i < 4; i++) {
        framing_begin(&f, FRAMING_REQUEST, false);
        at += framing_feed(&f, bytes + at, sizeof bytes - 1 - at);
        ok(framing_done(&f), "request %u of four", i + 1);
        is_int((long long)at, (long long)ends[i], "ends where it does");
    }
    ok(f.flags & FRAMING_HEAD, "the last is another method");
}

static void begin_body(struct framing *f, const char *head)
{
    framing_begin(f, FRAMING_RESPONSE, false);
    framing_feed(f, head, strlen(head));
}

static void test_skip(void)
{
    struct framing f;

    begin_body(&f, "HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\nx");
    is_int((long long)framing_skip(&f, 4999999998), 4999999998, "unseen bytes of a body");
    ok(!framing_done(&f) && !framing_lost(&f), "of which one is missing");
    is_int((long long)framing_skip(&f, 1), 1, "the last one");
    ok(framing_done(&f), "ends it");
    begin_body(&f, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    is_int((long long)framing_skip(&f, 6), 5, "one more than the body has");
    ok(framing_lost(&f), "is unknown");
    begin_body(&f, "HTTP/1.1 200 OK\r\n\r\n");
    is_int((long long)framing_skip(&f, 12), 12, "until it closes");
    ok(!framing_done(&f) && !framing_lost(&f), "it goes on");
    begin_body(&f, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n");
    is_int((long long)framing_skip(&f, 4), 4, "a chunk");
    is_int((long long)FEED(&f, "\r\n0\r\n\r\n"), 7, "and what ends it");
    ok(framing_done(&f), "make a body");
    begin_body(&f, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n");
    framing_skip(&f, 5);
    ok(framing_lost(&f), "a chunk and its CR");
    begin_body(&f, "HTTP/1.1 200 OK\r\n");
    is_int((long long)framing_skip(&f, 1), 0, "a byte of a head");
    ok(framing_lost(&f), "is lost");
    begin_body(&f, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n");
    is_int((long long)framing_skip(&f, 5), 0, "of a head that has said how long its body is, too");
    ok(framing_lost(&f), "it is not the body");
    begin_body(&f, "");
    framing_skip(&f, 0);
    ok(framing_at_start(&f), "no byte is none");
    framing_skip(&f, 1);
    ok(framing_lost(&f), "one at the start is lost");
    begin_body(&f, "HTTP/1.1 204 No Content\r\n\r\n");
    framing_skip(&f, 1);
    ok(framing_lost(&f), "and so is one behind the end");
}

static void test_endless_head(void)
{
    static char value[4096];
    struct framing f;
    size_t taken = 0, last;

    memset(value, 'x', sizeof value);
    framing_begin(&f, FRAMING_REQUEST, false);
    FEED(&f, "GET / HTTP/1.1\r\nA: ");
    do
        taken += last = framing_feed(&f, value, sizeof value);
    while (last == sizeof value && taken < 100000000);
    ok(framing_lost(&f), "a head that never ends is lost, after %zu bytes", taken);
}

int main(void)
{
    test_samples();
    test_offsets();
    test_start();
    test_pipeline();
    test_skip();
    test_endless_head();
    return done();
}
