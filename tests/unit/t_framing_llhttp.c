/* SPDX-License-Identifier: ISC */
/* What framing takes for a message is one for llhttp: the samples, and what becomes of them. */
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "framing_agrees.h"
#include "framing_samples.h"
#include "tap.h"

enum { MUTANTS = 200000, ROOM = 2048 };

static uint64_t state;

static size_t below(size_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (size_t)(state % n);
}

struct text {
    char bytes[ROOM];
    size_t length;
};

/* Bytes [at, at + old) become others. */
static void replace(struct text *t, size_t at, size_t old, const char *bytes, size_t length)
{
    if (t->length - old + length > sizeof t->bytes)
        return;
    memmove(t->bytes + at + length, t->bytes + at + old, t->length - at - old);
    memcpy(t->bytes + at, bytes, length);
    t->length += length - old;
}

/* What a mutant needs to become something else that is whole. */
static const char *const words[] = {
    "\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    ",",
    ":",
    ";",
    "0",
    "1",
    "9",
    "a",
    "\x01",
    "\x7f",
    "\xff",
    "\r\n\r\n",
    "\r\n0\r\n\r\n",
    "keep-alive",
    "close",
    "upgrade",
    "chunked",
    "Connection: ",
    "\r\nConnection: keep-alive",
    "\r\nConnection: ",
    "\r\nContent-Length: 3",
    "\r\nUpgrade: h2c",
    "\r\nTransfer-Encoding: chunked",
    "\r\nContent-Length:",
    "\r\nTransfer-Encoding:",
    "\r\nA: ",
    "HTTP/1.1 ",
    "HTTP/1.0",
    "CONNECT ",
    "HEAD ",
    "GET / HTTP/1.1\r\n",
    "204",
    "304",
    "101",
};

static void insert_word(struct text *t, size_t at, size_t old)
{
    const char *word = words[below(sizeof words / sizeof words[0])];

    replace(t, at, old, word, strlen(word));
}

static void insert_part(struct text *t, size_t at, size_t old)
{
    const struct framing_sample *s = &framing_samples[below(framing_samples_count)];
    size_t from = below(s->length), length = below(s->length - from) + 1;

    replace(t, at, old, s->text + from, length);
}

/* At the start of a line, at the end of a word or anywhere. */
static size_t somewhere(const struct text *t)
{
    static const char *const before[] = {"\n", " ,:\r", NULL};
    const char *set = before[below(3)];
    size_t at = below(t->length);

    while (set && at < t->length && !strchr(set, t->bytes[at]))
        at++;
    return at < t->length && set == before[0] ? at + 1 : at;
}

static void mutate(struct text *t)
{
    size_t at = somewhere(t), left = t->length - at,
           old = left > 0 ? below(left < 8 ? left : 8) : 0;
    char byte = (char)below(256);

    switch (below(5)) {
    case 0:
        replace(t, at, left > 0, &byte, 1);
        break;
    case 1:
        insert_part(t, at, below(2) ? old : 0);
        break;
    case 2:
        replace(t, at, t->length > old + 1 ? old : 0, "", 0);
        break;
    default:
        insert_word(t, at, below(2) ? old : 0);
        break;
    }
}

static bool agrees(const struct framing_sample *s, const char *data, size_t n)
{
    const char *why = framing_stream_differs(s->kind, s->bodiless, data, n, below(n));

    if (why == NULL)
        return true;
    printf("# %s, in %s%s: ", why, s->kind == FRAMING_REQUEST ? "requests" : "answers",
           s->bodiless ? " to HEAD" : "");
    for (size_t i = 0; i < n; i++)
        printf(data[i] > ' ' && data[i] < 0x7f ? "%c" : "\\x%02x", (unsigned char)data[i]);
    printf("\n");
    return false;
}

static void test_samples(void)
{
    for (size_t i = 0; i < framing_samples_count; i++) {
        const struct framing_sample *s = &framing_samples[i];
        bool same = true;

        for (size_t n = 1; n <= s->length; n++)
            same = same && agrees(s, s->text, n);
        ok(same, "sample %zu and whatever it begins with", i);
    }
}

/* How many of them are messages shows that they are not just noise. */
static void test_mutants(void)
{
    unsigned good = 0, bad = 0;

    for (unsigned i = 0; i < MUTANTS && bad < 5; i++) {
        const struct framing_sample *s = &framing_samples[below(framing_samples_count)];
        struct framing_pieces whole;
        struct framing f;
        struct text t = {.length = s->length};

        memcpy(t.bytes, s->text, s->length);
        for (size_t left = below(4) + 1; left > 0; left--)
            mutate(&t);
        bad += !agrees(s, t.bytes, t.length);
        whole = (struct framing_pieces){t.bytes, t.length, t.length, t.length};
        framing_feed_pieces(&f, s->kind, s->bodiless, &whole);
        good += framing_done(&f);
    }
    is_int(bad, 0, "none of %d mutants is another message for llhttp", MUTANTS);
    ok(good > MUTANTS / 20, "%u of them are messages", good);
}

int main(int argc, char **argv)
{
    struct timespec now;

    timespec_get(&now, TIME_UTC);
    state = argc > 1 ? strtoull(argv[1], NULL, 10) : (uint64_t)now.tv_nsec + 1;
    printf("# seed %llu\n", (unsigned long long)state);
    test_samples();
    test_mutants();
    return done();
}
