/* SPDX-License-Identifier: ISC */
#include "probe/question.h"

#include <stdlib.h>

#include "tap.h"

static void http_is(struct question question, const char *text, const char *name)
{
    is_str(question.bytes, text, "%s", name);
    is_int(question.length, (int)strlen(text), "%s: its length", name);
    free(question.bytes);
}

static void raw_is(const char *text, const char *bytes, size_t length)
{
    struct question question = question_raw(text);

    ok(question.length == length && memcmp(question.bytes, bytes, length) == 0, "\"%s\"", text);
    free(question.bytes);
}

static void is_wrong(const char *text)
{
    ok(question_raw(text).bytes == NULL, "\"%s\" is refused", text);
}

int main(void)
{
    http_is(question_http("/a", "host:1", "", NULL, true),
            "GET /a HTTP/1.1\r\nHost: host:1\r\n\r\n", "a request");
    http_is(question_http("/", "host", "", NULL, false),
            "GET / HTTP/1.1\r\nHost: host\r\nConnection: close\r\n\r\n",
            "the last one of a connection");
    http_is(question_http("/", "host", "A: b\r\nhost: c\r\n", "data", true),
            "POST / HTTP/1.1\r\nContent-Length: 4\r\nA: b\r\nhost: c\r\n\r\ndata",
            "one with data, headers and a host of its own");
    raw_is("PING\\r\\n", "PING\r\n", 6);
    raw_is("a\\\\b\\t\\x00\\xfF", "a\\b\t\0\xff", 6);
    is_wrong("");
    is_wrong("a\\");
    is_wrong("\\q");
    is_wrong("\\x1");
    is_wrong("\\xg0");
    return done();
}
