/* SPDX-License-Identifier: ISC */
#include "stream/relay.h"

#include <stdlib.h>

#include "process/readable.h"
#include "tap.h"

static const char get[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
static const char post[] = "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";

size_t readable_bytes(const void *p, size_t n)
{
    return p || n == 0 ? n : 0;
}

static uint64_t hash_of(const char *text)
{
    return relay_hash(RELAY_SEED, text, strlen(text));
}

static void look_first(const char *text, size_t n)
{
    relay_look(&(struct iovec){(void *)text, n}, 1);
}

static void look(const char *text)
{
    look_first(text, strlen(text));
}

/* Written in two pieces of one call. */
static void look_split(const char *text, size_t at)
{
    struct iovec pieces[] = {{(void *)text, at}, {(void *)(text + at), strlen(text) - at}};

    relay_look(pieces, 2);
}

static bool is_clean_after(const char *written)
{
    relay_note(hash_of(get));
    look(written);
    return relay_is_clean(hash_of(get));
}

static void test_heads(void)
{
    ok(!relay_is_clean(hash_of(get)), "what nobody has asked for is not clean");
    ok(is_clean_after("GET / HTTP/1.1\r\nhost: a\r\n\r\n"), "a proxy of HTTP changes the head");
    ok(is_clean_after("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), "an answer is no request");
    ok(is_clean_after("127.0.0.1 \"GET / HTTP/1.1\" 200\n"), "nor is a log's line");
    relay_look(&(struct iovec){NULL, 5}, 1);
    ok(is_clean_after("\1"), "nor is what wakes a thread");
    is_int(relay_unclear(), 0, "and none of these may be one");
    ok(!is_clean_after(get), "the same head was passed on");
    relay_note(hash_of(get));
    ok(!relay_is_clean(hash_of(get)), "and stays so when another client asks the same");
}

static void test_body(void)
{
    char text[sizeof post + 4];

    relay_note(hash_of(post));
    snprintf(text, sizeof text, "%sabc", post);
    look(text);
    ok(!relay_is_clean(hash_of(post)), "a head with a body behind it");
}

static void test_pieces(void)
{
    static const char asked[] = "HEAD /pieces HTTP/1.1\r\nHost: b\r\n\r\n";
    bool found = true, unclear = true;

    for (size_t at = 1; at < sizeof asked - 1; at++) {
        char each[sizeof asked];

        snprintf(each, sizeof each, "GET /%zu HTTP/1.1\r\nHost: b\r\n\r\n", at);
        relay_note(hash_of(each));
        look_split(each, at < strlen(each) ? at : 0);
        found &= !relay_is_clean(hash_of(each));
    }
    ok(found, "written in two pieces, cut anywhere");
    for (size_t at = 1; at < sizeof asked - 1; at++) {
        uint32_t before = relay_unclear();

        look_first(asked, at);
        unclear &= relay_unclear() == before + 1;
    }
    ok(unclear, "any part of a head that is written by itself may be one's beginning");
}

static void test_replaced(void)
{
    char other[64];
    uint64_t hash = hash_of(post);

    relay_note(hash);
    for (int i = 0; relay_is_clean(hash) && i < 1 << 20; i++) {
        snprintf(other, sizeof other, "GET /%d HTTP/1.1\r\n\r\n", i);
        relay_note(hash_of(other));
    }
    ok(!relay_is_clean(hash), "what the table has no more is unclear");
}

int main(void)
{
    test_heads();
    test_body();
    test_pieces();
    test_replaced();
    return done();
}
