/* SPDX-License-Identifier: ISC */
/* The kernel takes what it wants of an answer that is changed: what it has got in the end, and what
 * the server was told of it. */
#include "stream/telling.h"

#include <errno.h>
#include <stdlib.h>

#include "fake_stream.h"
#include "process/self.h"
#include "tap.h"

enum { MOST = 8192, WHOLE = -1 };

#define GET   "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define LINE  "Connection: close\r\n"
#define FIRST "HTTP/1.1 200 OK\r\n"
#define BODY  "Content-Length: 5\r\n\r\nhello"

static char wire[MOST];
static size_t wired;

/* Takes no more than `most` bytes, as a full buffer does. */
static ssize_t take(const struct iovec *pieces, int count, ssize_t most)
{
    size_t left = most < 0 ? MOST : (size_t)most, before = wired;

    for (int i = 0; i < count && left > 0; i++) {
        size_t n = pieces[i].iov_len < left ? pieces[i].iov_len : left;

        memcpy(wire + wired, pieces[i].iov_base, n);
        wired += n;
        left -= n;
    }
    fake_stream.sent += wired - before;
    if (wired > before)
        return (ssize_t)(wired - before);
    errno = EAGAIN;
    return -1;
}

/* One call of the server's: what it is told. */
static ssize_t call(const struct iovec *pieces, int count, ssize_t most)
{
    struct http *x = http_claim(CONN);
    struct telling t;
    ssize_t r;

    telling_begin(&t, x, pieces, count);
    telling_tell(&t, x, CONN);
    r = t.outs ? take(t.out, t.outs, most) : take(pieces, count, most);
    r = telling_end(&t, x, r);
    http_release(x, CONN);
    return r;
}

/* As sendfile() is preceded. */
static void pay(ssize_t most)
{
    struct http *x = http_claim(CONN);
    struct telling t;

    telling_begin(&t, x, NULL, 0);
    if (t.outs)
        telling_end(&t, x, take(t.out, t.outs, most));
    http_release(x, CONN);
}

static int cut(struct iovec *pieces, const char *text, size_t n, size_t size)
{
    int count = 0;

    for (size_t at = 0; at < n; at += size)
        pieces[count++] = (struct iovec){(void *)(text + at), n - at < size ? n - at : size};
    return count;
}

static void ask(void)
{
    fake_stream_begin();
    fake_stream_read(GET);
    wired = 0;
}

/* The answer in pieces of `size` bytes; the kernel takes `first` bytes of it, and `then` at each
 * further call. */
static bool send_answer(const char *answer, size_t size, ssize_t first, ssize_t then)
{
    size_t n = strlen(answer), told = 0;
    struct iovec pieces[MOST];

    ask();
    for (ssize_t most = first; told < n; most = then) {
        int count = cut(pieces, answer + told, n - told, size);
        ssize_t r = call(pieces, count, most);

        if (r == 0 || (r < 0 && errno != EAGAIN) || (size_t)(r < 0 ? 0 : r) > n - told)
            return false;
        told += r > 0 ? (size_t)r : 0;
    }
    return told == n;
}

static bool wire_is(const char *expected)
{
    if (wired == strlen(expected) && memcmp(wire, expected, wired) == 0)
        return true;
    printf("# got: %.*s\n", (int)wired, wire);
    return false;
}

/* At each place where the kernel may stop; up to `begin` none of our bytes has gone. */
static bool is_whole_wherever(const char *answer, const char *changed, size_t begin, size_t size,
                              ssize_t then)
{
    bool good = true;

    for (ssize_t first = 0; good && first <= (ssize_t)strlen(changed); first++) {
        ssize_t taken = first > 0 ? first : then;
        bool alone = taken > 0 && (size_t)taken <= begin;

        good = send_answer(answer, size, first, then) && wire_is(alone ? answer : changed);
    }
    return good;
}

static void test_cuts(const char *what, const char *answer, const char *changed, size_t begin)
{
    static const size_t sizes[] = {MOST, 7, 2};
    static const ssize_t thens[] = {WHOLE, 1, 5};

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t t = 0; t < sizeof thens / sizeof *thens; t++)
            ok(is_whole_wherever(answer, changed, begin, sizes[s], thens[t]),
               "%s, in pieces of %zu, then %zd at a time", what, sizes[s], thens[t]);
}

/* The next byte of the server's can't be taken without what is owed. */
static void test_owed(void)
{
    static const char answer[] = FIRST BODY;
    const size_t line = sizeof FIRST - 1;
    struct iovec pieces[MOST];
    int all = cut(pieces, answer, sizeof answer - 1, 1);

    ask();
    is_int(call(pieces, all, (ssize_t)line + 7), (ssize_t)line, "7 of the 19 bytes: first line");
    is_int(call(pieces + line, all - (int)line, 0), -1, "the buffer is full");
    is_int(errno, EAGAIN, "to be tried again");
    is_int(call(pieces + line, all - (int)line, 12), -1, "only what was owed");
    is_int(errno, EAGAIN, "is nothing to the server");
    is_int(call(pieces + line, all - (int)line, WHOLE), all - (ssize_t)line, "and then its own");
    ok(wire_is(FIRST LINE BODY), "all in its place");

    ask();
    call(pieces, all, (ssize_t)line + 1);
    pay(17);
    pay(WHOLE);
    pay(WHOLE);
    take(&(struct iovec){BODY, sizeof BODY - 1}, 1, WHOLE);
    ok(wire_is(FIRST LINE BODY), "what is owed goes once, before a file, too");
}

static void test_many_pieces(void)
{
    char answer[400], changed[512];
    struct iovec pieces[MOST];
    size_t n =
        (size_t)snprintf(answer, sizeof answer, "%s%0200d", FIRST "Content-Length: 200\r\n\r\n", 7);
    int all = cut(pieces, answer, n, 1);

    snprintf(changed, sizeof changed, "%s" LINE "%s", FIRST, answer + sizeof FIRST - 1);
    ask();
    is_int(call(pieces, all, WHOLE), (ssize_t)n, "more pieces than are changed");
    ok(wire_is(answer), "go as they are");
    ask();
    call(&(struct iovec){answer, n}, 1, sizeof FIRST - 1 + 3);
    is_int(call(pieces + sizeof FIRST - 1, all - (int)sizeof FIRST + 1, WHOLE), 65,
           "as many as fit behind what is owed");
    call(pieces + sizeof FIRST - 1 + 65, all - (int)sizeof FIRST + 1 - 65, WHOLE);
    ok(wire_is(changed), "and the others afterwards");
}

static bool is_left_alone(const char *answer)
{
    return send_answer(answer, MOST, WHOLE, WHOLE) && wire_is(answer);
}

static void test_alone(void)
{
    ok(is_left_alone(FIRST "Connection: close\r\n" BODY), "it says so already");
    ok(is_left_alone("HTTP/1.0 200 OK\r\n" BODY), "HTTP/1.0 closes by itself");
    ok(is_left_alone(FIRST "Server: a\r\n\r\nhello"), "its body ends with the connection");
    ok(is_left_alone("HTTP/1.1 101 Go\r\nUpgrade: raw\r\n\r\nhello"), "another protocol");
    ok(is_left_alone("HTTP/1.1 100 Continue\r\n\r\n" FIRST BODY), "100 and the answer at once");
    ok(is_left_alone("HTTP/1.1 200 OK\nContent-Length: 0\n\n"), "lines that end as none should");
    ok(is_left_alone("HTTP/2 200\r\n\r\n"), "another version");
    ask();
    is_int(call(&(struct iovec){FIRST "Content-", sizeof FIRST + 7}, 1, WHOLE), sizeof FIRST + 7,
           "half a head");
    call(&(struct iovec){"Length: 0\r\n\r\n", 13}, 1, WHOLE);
    ok(wire_is(FIRST "Content-Length: 0\r\n\r\n"), "goes as it is");
}

static void test_said(void)
{
    static const char alive[] = FIRST "Connection: Keep-Alive\r\n" BODY;

    uint32_t before = atomic_load(&self.page->told);

    send_answer(alive, MOST, WHOLE, WHOLE);
    ok(wire_is(FIRST "Connection: close\r\n" BODY), "in the place of keep-alive");
    is_int(fake_stream_state(), STREAM_TOLD, "it was told");
    is_int(atomic_load(&self.page->told), before + 1, "which is counted");
    fake_stream_read(GET);
    wired = 0;
    call(&(struct iovec){(void *)alive, sizeof alive - 1}, 1, WHOLE);
    ok(wire_is(FIRST "Connection: close\r\n" BODY), "told again");
    is_int(atomic_load(&self.page->told), before + 1, "but counted once");
    send_answer(FIRST "Connection: keep-alive, foo\r\n" BODY, MOST, WHOLE, WHOLE);
    ok(wire_is(FIRST LINE "Connection: keep-alive, foo\r\n" BODY), "beside another word");
    send_answer(FIRST "Connection: a\r\nConnection: b\r\n" BODY, MOST, WHOLE, WHOLE);
    ok(wire_is(FIRST LINE "Connection: a\r\nConnection: b\r\n" BODY), "beside two lines");
    send_answer("HTTP/1.1 204 None\r\n\r\n", MOST, WHOLE, WHOLE);
    ok(wire_is("HTTP/1.1 204 None\r\n" LINE "\r\n"), "204");
}

int main(void)
{
    test_alone();
    test_said();
    test_cuts("a line", FIRST BODY, FIRST LINE BODY, sizeof FIRST - 1);
    test_cuts("in its place", FIRST "Connection: keep-alive\r\n" BODY,
              FIRST "Connection: close\r\n" BODY, sizeof FIRST - 1 + sizeof "Connection: " - 1);
    test_owed();
    test_many_pieces();
    return done();
}
