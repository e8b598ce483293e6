/* SPDX-License-Identifier: ISC */
#include "stream/http.h"

#include "fake_stream.h"
#include "process/self.h"
#include "stream/relay.h"
#include "tap.h"

#define GET    "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define HEAD   "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
#define CALL   "CONNECT b:80 HTTP/1.1\r\nHost: b:80\r\n\r\n"
#define POST   "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"
#define SWITCH "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n"
#define OK     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
#define EMPTY  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define RAW    "HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n"
#define FRAMES "HTTP/1.1 101 Go\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"

/* A connection that was silent until the drain began. */
static void begin_known(void)
{
    fake_stream_begin();
    fake_stream.first = true;
    fake_stream.sent = 0;
}

static void test_states(void)
{
    fake_stream_begin();
    is_int(fake_stream_state(), STREAM_QUIET, "nothing has come");
    fake_stream_read(GET);
    is_int(fake_stream_state(), STREAM_ASKED, "a request has");
    ok(fake_stream_certain(), "and what is written next begins its answer");
    fake_stream_write(OK);
    is_int(fake_stream_state(), STREAM_ANSWERED, "it was answered");
    ok(!fake_stream_certain(), "no answer begins then");
    fake_stream_read(GET);
    ok(fake_stream_certain(), "before the next request");
}

static void test_middle(void)
{
    fake_stream_begin();
    fake_stream_write("the end of something");
    is_int(fake_stream_state(), STREAM_OPAQUE, "an answer goes on");
    fake_stream_read(GET);
    ok(fake_stream_certain(), "the next request is seen from its first byte on");

    fake_stream_begin();
    fake_stream_read("ost: a\r\n\r\n");
    is_int(fake_stream_state(), STREAM_OPAQUE, "the end of a head");
    fake_stream_write(OK);
    fake_stream_read(GET);
    ok(fake_stream_certain(), "and the next request");

    fake_stream_begin();
    fake_stream_read("GET / HT");
    fake_stream_read("TP/1.1\r\nHost: a\r\n\r\n");
    ok(!fake_stream_certain(), "a line in two pieces may be any text");
    begin_known();
    fake_stream_read("GET / HT");
    fake_stream.first = false;
    fake_stream_read("TP/1.1\r\nHost: a\r\n\r\n");
    ok(fake_stream_certain(), "but not on a connection that is known from its first byte on");
}

static void test_given_up(void)
{
    fake_stream_begin();
    fake_stream_read(GET);
    fake_stream_write(OK);
    fake_stream_read("\x16\x03\x01");
    fake_stream_read(GET);
    is_int(fake_stream_state(), STREAM_OPAQUE, "what was HTTP and is not any more");
    ok(!fake_stream_certain(), "is left alone for good");

    fake_stream_begin();
    fake_stream_read(GET);
    fake_stream_write(OK "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    fake_stream_read(GET);
    ok(!fake_stream_certain(), "as what answers without being asked");
}

static void test_counts(void)
{
    fake_stream_begin();
    fake_stream_read(GET);
    fake_stream.sent++;
    ok(!fake_stream_certain(), "something was sent past us");
    fake_stream_begin();
    fake_stream_read(GET);
    fake_stream.counts = false;
    ok(!fake_stream_certain(), "the kernel does not count now");
    fake_stream_begin();
    fake_stream.counts = false;
    fake_stream_read(GET);
    fake_stream.counts = true;
    ok(!fake_stream_certain(), "nor did then");
    fake_stream_begin();
    fake_stream_read(GET);
    fake_stream.more = true;
    ok(!fake_stream_certain(), "more has come than was read");
}

static void test_interim(void)
{
    fake_stream_begin();
    fake_stream_read(POST);
    fake_stream_write("HTTP/1.1 100 Continue\r\n\r\n");
    is_int(fake_stream_state(), STREAM_ASKED, "100 is no answer");
    ok(!fake_stream_certain(), "the body has still to come");
    fake_stream_read("12345");
    ok(fake_stream_certain(), "the answer follows");
    fake_stream_write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    ok(fake_stream_certain(), "and may be put off again");
    fake_stream_write(OK);
    is_int(fake_stream_state(), STREAM_ANSWERED, "until it is there");
}

static void test_head(void)
{
    struct framing f;
    struct http *x;

    fake_stream_begin();
    fake_stream_read(HEAD);
    x = http_claim(CONN);
    http_answer(x, &f);
    http_release(x, CONN);
    ok(f.flags & FRAMING_BODILESS, "HEAD has an answer without a body");
    fake_stream_write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    fake_stream_read(GET);
    ok(fake_stream_certain(), "after which the next begins");
    fake_stream_write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    ok(!fake_stream_certain(), "GET has one with it");
}

static void test_pipelined(void)
{
    fake_stream_begin();
    fake_stream_read(HEAD GET);
    ok(!fake_stream_certain(), "two requests");
    fake_stream_write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    fake_stream_write(OK);
    is_int(fake_stream_state(), STREAM_ANSWERED, "in their order");
    fake_stream_read(GET);
    ok(fake_stream_certain(), "and a third by itself");
}

static void test_many(void)
{
    fake_stream_begin();
    for (int i = 0; i < 16; i++)
        fake_stream_read(GET);
    for (int i = 0; i < 15; i++)
        fake_stream_write(OK);
    is_int(fake_stream_state(), STREAM_ANSWERED, "as many requests as are remembered");
    fake_stream_begin();
    for (int i = 0; i < 17; i++)
        fake_stream_read(GET);
    for (int i = 0; i < 17; i++)
        fake_stream_write(OK);
    fake_stream_read(GET);
    is_int(fake_stream_state(), STREAM_OPAQUE, "one more");
    ok(!fake_stream_certain(), "is too much");
}

/* What a tunnel carries looks like HTTP. */
static bool learns(const char *asked, const char *answer)
{
    fake_stream_read(asked);
    fake_stream_write(answer);
    fake_stream_read(GET);
    return atomic_load(&self.page->tunnels) != 0;
}

static void test_tunnels(void)
{
    fake_stream_begin();
    ok(learns(CALL, "HTTP/1.1 200 OK\r\n\r\n"), "CONNECT makes a tunnel");
    is_int(fake_stream_state(), STREAM_TUNNEL, "which this connection is from then on");
    ok(!fake_stream_certain(), "whatever it carries");
    fake_stream_begin();
    ok(!learns(CALL, "HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n"), "unless it is refused");
    ok(fake_stream_certain(), "and HTTP goes on");
    fake_stream_begin();
    ok(learns(SWITCH, RAW), "101 to anything");
    ok(!fake_stream_certain(), "is one, too");
    fake_stream_begin();
    ok(!learns(SWITCH, FRAMES), "unless its frames can't be HTTP");
    ok(!fake_stream_certain() && fake_stream_state() == STREAM_TUNNEL, "it is let alone");
    fake_stream_begin();
    ok(!learns(SWITCH, OK) && fake_stream_certain(), "an Upgrade that is not taken is none");

    fake_stream_begin();
    fake_stream_read(CALL);
    ok(!fake_stream_certain(), "what answers CONNECT is not changed");
    fake_stream_begin();
    fake_stream_read(CALL GET);
    fake_stream_write("HTTP/1.1 200 OK\r\n\r\n" OK);
    is_int(fake_stream_state(), STREAM_TUNNEL, "what comes with CONNECT is in the tunnel");
    fake_stream_begin();
    fake_stream_read(SWITCH);
    fake_stream_write("HTTP/1.1 101 Go\r\nUpgr");
    fake_stream_write("ade: websocket\r\n\r\n");
    is_int(fake_stream_state(), STREAM_TUNNEL, "101 in two pieces");
}

static void test_server_of_tunnels(void)
{
    fake_stream_begin();
    fake_stream_read(GET);
    atomic_store(&self.page->tunnels, 1);
    ok(!fake_stream_certain(), "where a server makes tunnels, what is not known may be one");
    begin_known();
    atomic_store(&self.page->tunnels, 1);
    fake_stream_read(GET);
    ok(fake_stream_certain(), "what is known is not");
}

static void pass_on(const char *text)
{
    relay_look(&(struct iovec){(void *)text, strlen(text)}, 1);
}

static void test_relayed(void)
{
    static const char mine[] = "GET /mine HTTP/1.1\r\nHost: a\r\n\r\n";

    begin_known();
    fake_stream_read(mine);
    pass_on("GET /other");
    ok(!fake_stream_certain(), "something was passed on that may have been this request");
    begin_known();
    fake_stream_read(mine);
    pass_on(mine);
    ok(!fake_stream_certain(), "the request was passed on");
    fake_stream_write(OK);
    fake_stream_read(GET);
    is_int(fake_stream_state(), STREAM_RELAYED, "its connection is one of a relay");
    ok(!fake_stream_certain(), "for good");
}

static void test_relayed_in_two(void)
{
    static const char first[] = "GET /two HTTP/1.1\r\nHo", rest[] = "st: a\r\n\r\n";

    begin_known();
    fake_stream_read(first);
    pass_on(first);
    fake_stream.first = false;
    fake_stream_read(rest);
    pass_on(rest);
    ok(!fake_stream_certain(), "a request that was passed on in two pieces, as it came");
}

/* The second head is in the middle of what the relay writes. */
static void test_relayed_behind(void)
{
    static const char second[] = "GET /second HTTP/1.1\r\nHost: a\r\n\r\n";
    char both[256];

    snprintf(both, sizeof both, "%s12345%s", POST, second);
    begin_known();
    fake_stream_read(both);
    pass_on(both);
    fake_stream_write(OK);
    ok(!fake_stream_certain(), "a request that came behind another");
    begin_known();
    fake_stream_read(POST);
    fake_stream_read(both + sizeof POST - 1);
    pass_on(both + sizeof POST - 1);
    fake_stream_write(OK);
    ok(!fake_stream_certain(), "a request that came behind a body");
}

static void test_claims(void)
{
    struct http *x;

    fake_stream_begin();
    fake_stream_read(GET);
    x = http_claim(CONN);
    ok(x && !http_claim(CONN), "one at a time");
    http_release(x, CONN);
    is_int(fake_stream_state(), STREAM_OPAQUE, "another one spoils it");
    ok(!fake_stream_certain(), "for both");
    ok(!http_claim(CONN + 1), "what is no connection has no record");
    ok(!http_claim(-1), "nor has what is no descriptor");
}

static void test_anew(void)
{
    struct http *x;

    fake_stream_begin();
    fake_stream_read(GET);
    http_begin(true);
    ok(!fake_stream_certain(), "what was known is forgotten when it begins anew");
    fake_stream_read(GET);
    ok(fake_stream_certain(), "and learnt again");
    x = http_claim(CONN);
    http_begin(true);
    http_release(x, CONN);
    ok(!fake_stream_certain(), "also by who was at it in that moment");
    http_begin(false);
    fake_stream_read(GET);
    http_begin(true);
    is_int(fake_stream_state(), STREAM_ASKED, "the note of the time before");
    fake_stream_write("the rest");
    is_int(fake_stream_state(), STREAM_OPAQUE, "counts for nothing");
}

int main(void)
{
    test_states();
    test_middle();
    test_given_up();
    test_counts();
    test_interim();
    test_head();
    test_pipelined();
    test_many();
    test_tunnels();
    test_server_of_tunnels();
    test_relayed();
    test_relayed_in_two();
    test_relayed_behind();
    test_claims();
    test_anew();
    return done();
}
