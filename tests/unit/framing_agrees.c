/* SPDX-License-Identifier: ISC */
#include "framing_agrees.h"

#include <ctype.h>
#include <llhttp.h>
#include <stdlib.h>
#include <string.h>

/* What llhttp says. */
struct reference {
    llhttp_t parser;
    bool bodiless, head, over, refused;
    unsigned flags; /* of llhttp, when the head was read */
    size_t head_end, end, fed;
};

/* As its users do, node.js for one: 1 is "no body, whatever the head says of one". */
static int headers_complete(llhttp_t *parser)
{
    struct reference *r = parser->data;

    r->head = true;
    r->flags = parser->flags;
    return r->bodiless || parser->status_code == 304;
}

static int message_complete(llhttp_t *parser)
{
    struct reference *r = parser->data;

    r->over = true;
    return HPE_PAUSED;
}

static const llhttp_settings_t settings = {.on_headers_complete = headers_complete,
                                           .on_message_complete = message_complete};

static void reference_begin(struct reference *r, enum framing_kind kind, bool bodiless)
{
    *r = (struct reference){.bodiless = bodiless};
    llhttp_init(&r->parser, kind == FRAMING_REQUEST ? HTTP_REQUEST : HTTP_RESPONSE, &settings);
    r->parser.data = r;
}

static void reference_feed(struct reference *r, const char *data, size_t n)
{
    if (r->over || r->refused)
        return;
    llhttp_errno_t error = llhttp_execute(&r->parser, data, n);
    r->refused = error != HPE_OK && !r->over;
    if (r->over)
        r->end = r->fed + (size_t)(llhttp_get_error_pos(&r->parser) - data);
    r->fed += n;
    if (r->head && r->head_end == 0)
        r->head_end = r->fed; /* exact where pieces are bytes */
}

static size_t piece(const struct framing_pieces *p, size_t at)
{
    size_t want = at == 0 ? p->first : p->other;

    return want < p->n - at ? want : p->n - at;
}

static void reference_feed_pieces(struct reference *r, const struct framing_pieces *p)
{
    for (size_t at = 0; at < p->n; at += piece(p, at))
        reference_feed(r, p->data + at, piece(p, at));
}

size_t framing_feed_pieces(struct framing *f, enum framing_kind kind, bool bodiless,
                           const struct framing_pieces *p)
{
    size_t taken = 0;

    framing_begin(f, kind, bodiless);
    for (size_t at = 0; at < p->n; at += piece(p, at))
        taken += framing_feed(f, p->data + at, piece(p, at));
    return taken;
}

/*
 * llhttp knows a list of methods, and what a URL may look like, neither of which has to do with
 * where a message ends: such a request is read again with one that it knows.  Returns how many
 * bytes that has more.
 */
static long reference_read(struct reference *r, enum framing_kind kind, const struct framing *f,
                           const struct framing_pieces *p)
{
    const char *line = f->flags & FRAMING_CONNECT ? "CONNECT a:1" : "GET /";
    size_t length = strlen(line);

    reference_feed_pieces(r, p);
    if (!r->refused || kind != FRAMING_REQUEST || r->head)
        return 0;
    const char *method_end = memchr(p->data, ' ', p->n);
    const char *target_end = memchr(method_end + 1, ' ', p->n - (size_t)(method_end + 1 - p->data));
    size_t old = (size_t)(target_end - p->data);
    reference_begin(r, kind, r->bodiless);
    reference_feed(r, line, length);
    struct framing_pieces rest = {target_end, p->n - old, p->other, p->other};
    reference_feed_pieces(r, &rest);
    return (long)length - (long)old;
}

/* Not by strncasecmp(): libFuzzer's reads on where no zero byte follows. */
static bool begins_with(const char *at, const char *end, const char *word)
{
    while (*word && at < end && tolower((unsigned char)*at) == *word)
        at++, word++;
    return *word == '\0';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Where it begins if it is all that the last Connection line says, by the plainest reading. */
static size_t keep_alive_at(const char *data, size_t head)
{
    static const char name[] = "connection:", word[] = "keep-alive";
    const char *end, *at = data;

    for (const char *line = data; (end = memchr(line, '\r', (size_t)(data + head - line)));
         line = end + 2) {
        if (!begins_with(line, end, name))
            continue;
        const char *value = line + strlen(name), *value_end = end;
        while (value < value_end && is_blank(*value))
            value++;
        while (value_end > value && is_blank(value_end[-1]))
            value_end--;
        at =
            begins_with(value, value_end, word) && value + strlen(word) == value_end ? value : data;
    }
    return (size_t)(at - data);
}

static const char *head_differs(const struct framing *f, const struct framing_pieces *p,
                                const struct reference *r)
{
    if (memcmp(p->data + f->count - 4, "\r\n\r\n", 4) != 0)
        return "the head ends elsewhere";
    if (memcmp(p->data + f->line_end - 2, "\r\n", 2) != 0 ||
        memchr(p->data, '\n', f->line_end) != p->data + f->line_end - 1)
        return "the first line ends elsewhere";
    if (f->keep_at != keep_alive_at(p->data, f->count))
        return "keep-alive is elsewhere";
    if (f->kind == FRAMING_RESPONSE && f->status != r->parser.status_code)
        return "another status";
    if ((r->flags & F_UPGRADE) && !(f->flags & FRAMING_UPGRADE))
        return "an Upgrade was missed";
    if (!(r->flags & F_CONTENT_LENGTH) != !(f->flags & FRAMING_LENGTH))
        return "Content-Length";
    if (!(r->flags & F_CHUNKED) != !(f->flags & FRAMING_CHUNKED))
        return "Transfer-Encoding";
    return NULL;
}

const char *framing_differs(enum framing_kind kind, bool bodiless, const struct framing_pieces *p,
                            size_t *end)
{
    struct framing f;
    struct reference r;
    size_t taken = framing_feed_pieces(&f, kind, bodiless, p);
    bool over = framing_done(&f);

    *end = over ? taken : 0;
    if (framing_lost(&f) || !(f.flags & FRAMING_HEAD_DONE))
        return NULL;
    reference_begin(&r, kind, bodiless);
    long more = reference_read(&r, kind, &f, p);
    if (r.refused)
        return llhttp_get_error_reason(&r.parser);
    if (!r.head)
        return "llhttp waits for the end of the head";
    if (p->other == 1 && (long)r.head_end != (long)f.count + more)
        return "llhttp's head ends elsewhere";
    if (r.over != over)
        return over ? "llhttp waits for more" : "llhttp does not wait for more";
    if (over && (long)r.end != (long)taken + more)
        return "llhttp's message ends elsewhere";
    return head_differs(&f, p, &r);
}

const char *framing_stream_differs(enum framing_kind kind, bool bodiless, const char *data,
                                   size_t n, size_t split)
{
    for (size_t end; n > 0; data += end, n -= end) {
        const struct framing_pieces ways[] = {
            {data, n, n, n}, {data, n, 1, 1}, {data, n, split % n + 1, n}};
        size_t ends[3];
        for (unsigned i = 0; i < 3; i++) {
            const char *why = framing_differs(kind, bodiless, &ways[i], &ends[i]);
            if (why)
                return why;
        }
        if (ends[1] != ends[0] || ends[2] != ends[0])
            return "in pieces it ends elsewhere";
        end = ends[0];
        if (end == 0)
            break;
    }
    return NULL;
}
