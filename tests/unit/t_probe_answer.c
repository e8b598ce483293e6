/* SPDX-License-Identifier: ISC */
#include "probe/answer.h"

#include "tap.h"

static struct answer answer;
static struct judge judge;
static struct result *result;

/* Byte by byte, as far as it is wanted. */
static size_t feed_slowly(bool http, const char *bytes, enum outcome *outcome)
{
    size_t fed = 0;

    answer_begin(&answer, http);
    *outcome = ANSWER_GOES_ON;
    while (bytes[fed] != '\0' && *outcome == ANSWER_GOES_ON)
        *outcome = answer_feed(&answer, &judge, result, &bytes[fed++], 1);
    return fed;
}

/* At once; if it came byte by byte, the outcome on as much of it is the same. */
static enum outcome feed(bool http, const char *bytes)
{
    enum outcome slowly, outcome;
    size_t fed = feed_slowly(http, bytes, &slowly);

    answer_begin(&answer, http);
    outcome = answer_feed(&answer, &judge, result, bytes, fed);
    if (outcome != slowly)
        ok(false, "outcome %d, byte by byte %d, on %s", outcome, slowly, bytes);
    answer_begin(&answer, http);
    return answer_feed(&answer, &judge, result, bytes, strlen(bytes));
}

static enum outcome end(void)
{
    return answer_end(&answer, &judge, result);
}

static void test_length(void)
{
    is_int(feed(true, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), ANSWER_RIGHT, "a length");
    ok(answer.keeps, "the connection stays");
    is_int(feed(true, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
           ANSWER_RIGHT, "a length, and the end of the connection");
    ok(!answer.keeps, "it does not stay");
    is_int(feed(true, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"), ANSWER_GOES_ON,
           "a byte less");
    is_int(end(), ANSWER_TRUNCATED, "is no answer");
    is_str(answer.why, "it ended after 40 bytes", "and it is said where it ended");
    is_int(feed(true, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nok"), ANSWER_WRONG,
           "a byte more");
    is_str(answer.why, "bytes after its end: k", "is said");
    is_int(feed(true, "HTTP/1.1 204 No Content\r\n\r\n"), ANSWER_RIGHT, "none at all");
    is_int(feed(true, ""), ANSWER_GOES_ON, "nothing");
    is_int(end(), ANSWER_TRUNCATED, "is no answer either");
    is_int(answer.length, 0, "and has no byte");
}

static void test_framing(void)
{
    is_int(feed(true, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
           ANSWER_RIGHT, "chunks");
    is_int(feed(true, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"),
           ANSWER_GOES_ON, "without the last");
    is_int(end(), ANSWER_TRUNCATED, "are no answer");
    is_int(feed(true, "HTTP/1.0 200 OK\r\n\r\nuntil the end"), ANSWER_GOES_ON, "no length");
    is_int(end(), ANSWER_RIGHT, "is one that ends with the connection");
    ok(!answer.keeps, "which does not stay, then");
    is_int(feed(true, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
           ANSWER_RIGHT, "what announces an answer is none");
    is_int(feed(true, "HTTP/1.1 100 Continue\r\n\r\n"), ANSWER_GOES_ON, "it has to follow");
    is_int(feed(true, "HTTP/1.1 200 OK\r\nConte"), ANSWER_GOES_ON, "half a header");
    is_int(end(), ANSWER_TRUNCATED, "is no answer");
}

static void test_wrong(void)
{
    is_int(feed(true, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), ANSWER_WRONG, "an error");
    is_str(answer.why, "status 503", "is said by its number");
    is_int(feed(true, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), ANSWER_RIGHT,
           "another place is an answer");
    is_int(feed(true, "SSH-2.0-OpenSSH\r\n"), ANSWER_WRONG, "what isn't HTTP");
    ok(strstr(answer.why, "it isn't HTTP") != NULL, "is said so");
    ok(strpbrk(answer.why, "\r\n") == NULL, "on one line");
}

static void compile(regex_t *regex, const char *text)
{
    ok(regcomp(regex, text, REG_EXTENDED | REG_NEWLINE) == 0, "the expression %s", text);
}

static void test_expected(void)
{
    static regex_t expect, version;

    compile(&expect, "version");
    compile(&version, "version ([0-9]+)");
    judge = (struct judge){.expect = &expect, .version = &version};
    is_int(feed(true, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nversion 7"), ANSWER_RIGHT,
           "what is expected");
    is_str(result->versions[answer.version].name, "7", "names its version");
    is_int(feed(true, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nversion 8"), ANSWER_RIGHT,
           "the next one");
    is_str(result->versions[answer.version].name, "8", "has another one");
    is_int(feed(true, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"), ANSWER_WRONG,
           "what isn't expected");
    is_int(answer.version, -1, "has none");
    is_int(feed(false, "some version 7"), ANSWER_RIGHT, "any protocol, by what is expected");
    is_int(feed(false, "something"), ANSWER_GOES_ON, "which may be still to come");
    is_int(end(), ANSWER_TRUNCATED, "or not");
    is_str(answer.why, "it ended after: something", "and it is said what came");
    answer_begin(&answer, false);
    is_int(answer_feed(&answer, &judge, result, "\0version 7", 10), ANSWER_RIGHT,
           "a zero byte is one like others");
}

/* Longer than what is read of it. */
static void test_long(void)
{
    static char bytes[50000];
    enum outcome outcome = ANSWER_GOES_ON;

    memset(bytes, 'x', sizeof(bytes));
    answer_begin(&answer, false);
    outcome = answer_feed(&answer, &judge, result, bytes, sizeof(bytes));
    is_int(outcome, ANSWER_GOES_ON, "50,000 bytes of something else");
    outcome = answer_feed(&answer, &judge, result, bytes, sizeof(bytes));
    is_int(outcome, ANSWER_WRONG, "100,000 are enough");
    answer_begin(&answer, true);
    answer_feed(&answer, &judge, result, "HTTP/1.0 200 version\r\n\r\n", 24);
    for (int i = 0; i < 10; i++)
        answer_feed(&answer, &judge, result, bytes, sizeof(bytes));
    is_int(end(), ANSWER_RIGHT, "of HTTP the beginning is looked at");
    is_int(answer.length, 500024, "and all is counted");
}

int main(void)
{
    result = result_create("test", 0);
    test_length();
    test_framing();
    test_wrong();
    test_expected();
    test_long();
    answer_free(&answer);
    result_free(result);
    return done();
}
