/* SPDX-License-Identifier: ISC */
#include "stream/framing.h"

#include <string.h>

enum step {
    METHOD,
    TARGET,
    VERSION,
    STATUS,
    REASON,
    NAME,
    VALUE,
    HEAD_LF,
    BODY,
    CHUNK_SIZE,
    CHUNK_DATA,
    CHUNK_CR,
    LINE_LF,
    UNTIL_CLOSE,
    DONE,
    LOST,
};

/* What a line's value means to us. */
enum field { OTHER, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE };

enum {
    WORD_TOO_LONG = 255,
    LENGTH_DIGITS = 18, /* fits in 64 bits, as the 15 of a chunk do */
    CHUNK_DIGITS = 15,
    HEAD_MOST = 1 << 20, /* bytes: more than servers read, and far from what count can hold */
};

void framing_begin(struct framing *f, enum framing_kind kind, bool bodiless)
{
    *f = (struct framing){.kind = (uint8_t)kind,
                          .step = kind == FRAMING_REQUEST ? METHOD : VERSION,
                          .flags = bodiless ? FRAMING_BODILESS : 0};
}

bool framing_at_start(const struct framing *f)
{
    return f->count == 0 && f->step != LOST;
}

bool framing_done(const struct framing *f)
{
    return f->step == DONE;
}

bool framing_lost(const struct framing *f)
{
    return f->step == LOST;
}

static void go(struct framing *f, enum step step)
{
    f->step = (uint8_t)step;
    f->at = f->length = 0;
}

static void require(struct framing *f, bool good, enum step next)
{
    go(f, good ? next : LOST);
}

/* A CR was read: the LF has to follow, then what is next. */
static void end_line(struct framing *f, bool good, enum step next)
{
    f->next = (uint8_t)next;
    require(f, good, LINE_LF);
}

static void read_line_lf(struct framing *f, unsigned char c)
{
    require(f, c == '\n', f->next);
}

static char lower(unsigned char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static bool is_blank(unsigned char c)
{
    return c == ' ' || c == '\t';
}

/* Of a value, of a reason. */
static bool is_text(unsigned char c)
{
    return (c >= ' ' && c != 0x7f) || c == '\t';
}

static bool is_token(unsigned char c)
{
    return c > ' ' && c < 0x7f && !strchr("\"(),/:;<=>?@[\\]{}", c);
}

static void word_add(struct framing *f, unsigned char c)
{
    if (f->length < sizeof f->word)
        f->word[f->length++] = lower(c);
    else
        f->length = WORD_TOO_LONG;
}

static bool word_is(const struct framing *f, const char *word)
{
    return f->length == strlen(word) && memcmp(f->word, word, f->length) == 0;
}

/* HTTP/2 has taken PRI for its preface. */
static bool is_method(const struct framing *f)
{
    return f->length > 0 && f->length != WORD_TOO_LONG && !word_is(f, "pri");
}

static void read_method(struct framing *f, unsigned char c)
{
    if (c >= 'A' && c <= 'Z') {
        word_add(f, c);
        return;
    }
    if (word_is(f, "head"))
        f->flags |= FRAMING_HEAD;
    else if (word_is(f, "connect"))
        f->flags |= FRAMING_CONNECT;
    require(f, c == ' ' && is_method(f), TARGET);
}

static void read_target(struct framing *f, unsigned char c)
{
    if (c > ' ' && c < 0x7f)
        f->at = 1;
    else
        require(f, c == ' ' && f->at, VERSION);
}

static void end_first_line(struct framing *f, bool good)
{
    f->line_end = f->count + 1;
    end_line(f, good, NAME);
}

static void read_version(struct framing *f, unsigned char c)
{
    static const char name[] = "HTTP/1.";
    const uint8_t minor = sizeof name - 1;
    uint8_t at = f->at++;

    if (at < minor) {
        if (c != (unsigned char)name[at])
            go(f, LOST);
    } else if (at == minor) {
        f->flags |= c == '0' ? FRAMING_OLD : 0;
        if (c != '0' && c != '1')
            go(f, LOST);
    } else if (f->kind == FRAMING_REQUEST) {
        end_first_line(f, c == '\r');
    } else {
        require(f, c == ' ', STATUS);
    }
}

static void read_status(struct framing *f, unsigned char c)
{
    if (f->at++ < 3) {
        f->status = (uint16_t)(f->status * 10 + c - '0');
        if (c < '0' || c > '9')
            go(f, LOST);
    } else if (c == '\r') {
        end_first_line(f, f->status >= 100);
    } else {
        require(f, c == ' ' && f->status >= 100, REASON);
    }
}

static void read_reason(struct framing *f, unsigned char c)
{
    if (!is_text(c))
        end_first_line(f, c == '\r');
}

static bool is_trailer(const struct framing *f)
{
    return f->flags & FRAMING_HEAD_DONE;
}

static enum field field_named(const struct framing *f)
{
    if (word_is(f, "connection"))
        return CONNECTION;
    if (word_is(f, "content-length"))
        return CONTENT_LENGTH;
    if (word_is(f, "transfer-encoding"))
        return TRANSFER_ENCODING;
    return word_is(f, "upgrade") ? UPGRADE : OTHER;
}

static bool says_where_the_body_ends(enum field field)
{
    return field == CONTENT_LENGTH || field == TRANSFER_ENCODING;
}

/* That is said once, and nothing that we read comes behind the body. */
static bool is_misplaced(const struct framing *f, enum field field)
{
    if (is_trailer(f))
        return field != OTHER;
    return says_where_the_body_ends(field) && (f->flags & (FRAMING_LENGTH | FRAMING_CHUNKED));
}

static void begin_value(struct framing *f)
{
    enum field field = field_named(f);

    f->field = (uint8_t)field;
    require(f, f->length > 0 && !is_misplaced(f, field), VALUE);
    if (field == CONTENT_LENGTH)
        f->flags |= FRAMING_LENGTH;
}

static void read_name(struct framing *f, unsigned char c)
{
    if (is_token(c))
        word_add(f, c);
    else if (c == '\r' && f->length == 0)
        go(f, HEAD_LF);
    else
        c == ':' ? begin_value(f) : go(f, LOST);
}

static void end_connection(struct framing *f, bool whole)
{
    bool keep = word_is(f, "keep-alive");

    if (word_is(f, "close"))
        f->flags |= FRAMING_CLOSE;
    if (keep)
        f->flags |= FRAMING_KEEP_ALIVE;
    if (!keep || !whole)
        f->keep_at = 0;
}

/* Where several protocols are offered, in one line or in two, the other side may take any. */
static void end_upgrade(struct framing *f, bool whole)
{
    bool alone = whole && !(f->flags & FRAMING_UPGRADE);

    f->flags &= (uint16_t)~FRAMING_FRAMED;
    if (alone && (word_is(f, "websocket") || word_is(f, "h2c")))
        f->flags |= FRAMING_FRAMED;
    f->flags |= FRAMING_UPGRADE;
}

/* A word of a list has ended: at a comma, or with the line, of which it may be the whole. */
static void end_word(struct framing *f, bool whole)
{
    if (f->field == CONNECTION)
        end_connection(f, whole);
    else if (f->field == UPGRADE)
        end_upgrade(f, whole);
    else if (whole && word_is(f, "chunked"))
        f->flags |= FRAMING_CHUNKED;
    f->length = 0;
}

static void end_value(struct framing *f)
{
    bool whole = !(f->at & 2);

    if (f->field == CONTENT_LENGTH && f->length == 0)
        return go(f, LOST);
    if (f->field != OTHER && f->field != CONTENT_LENGTH)
        end_word(f, whole);
    end_line(f, f->field != TRANSFER_ENCODING || (f->flags & FRAMING_CHUNKED), NAME);
}

static void read_length(struct framing *f, unsigned char c)
{
    if (c == ' ') {
        f->at |= f->length > 0;
    } else if (c >= '0' && c <= '9' && !f->at && f->length < LENGTH_DIGITS) {
        f->left = f->left * 10 + c - '0';
        f->length++;
    } else {
        go(f, LOST);
    }
}

/* at & 1: a blank followed the word, at & 2: the value has several. */
static void read_word(struct framing *f, unsigned char c)
{
    if (c == ',') {
        f->at = 2;
        end_word(f, false);
    } else if (is_blank(c)) {
        f->at |= f->length > 0;
    } else {
        if (f->length == 0 && f->field == CONNECTION)
            f->keep_at = f->count - 1;
        if (f->at & 1) /* two words without a comma are neither of them */
            f->length = WORD_TOO_LONG;
        else
            word_add(f, c);
    }
}

static void read_value(struct framing *f, unsigned char c)
{
    if (c == '\r')
        end_value(f);
    else if (!is_text(c) || (c == '\t' && says_where_the_body_ends(f->field)))
        go(f, LOST); /* to llhttp a tab is a part of the word */
    else if (f->field == CONTENT_LENGTH)
        read_length(f, c);
    else if (f->field != OTHER)
        read_word(f, c);
}

/* It may say how long the body would be. */
static bool is_bodiless(const struct framing *f)
{
    return (f->flags & FRAMING_BODILESS) || f->status == 304;
}

/* It must not say that there is one. */
static bool forbids_body(const struct framing *f)
{
    return (f->flags & FRAMING_CONNECT) || f->status / 100 == 1 || f->status == 204;
}

/* A coding in HTTP/1.0, and a body where there can't be one, are believed by some. */
static enum step body_step(const struct framing *f)
{
    bool chunked = f->flags & FRAMING_CHUNKED, sized = f->flags & FRAMING_LENGTH;

    if (chunked && (f->flags & FRAMING_OLD))
        return LOST;
    if (is_bodiless(f))
        return DONE;
    if (forbids_body(f))
        return chunked || f->left > 0 ? LOST : DONE;
    if (chunked)
        return CHUNK_SIZE;
    if (f->kind == FRAMING_RESPONSE && !sized)
        return UNTIL_CLOSE;
    return f->left > 0 ? BODY : DONE;
}

static void read_head_lf(struct framing *f, unsigned char c)
{
    bool trailer = is_trailer(f);

    f->flags |= FRAMING_HEAD_DONE;
    require(f, c == '\n', trailer ? DONE : body_step(f));
}

static int hex(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (unsigned char)lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void read_chunk_size(struct framing *f, unsigned char c)
{
    int digit = hex(c);

    if (digit >= 0 && f->at < CHUNK_DIGITS) {
        f->left = (f->at++ ? f->left * 16 : 0) + (unsigned)digit;
        return;
    }
    end_line(f, f->at > 0 && c == '\r', f->left > 0 ? CHUNK_DATA : NAME);
}

static void read_chunk_cr(struct framing *f, unsigned char c)
{
    end_line(f, c == '\r', CHUNK_SIZE);
}

static void read_byte(struct framing *f, unsigned char c)
{
    static void (*const readers[])(struct framing *, unsigned char) = {
        [METHOD] = read_method,     [TARGET] = read_target,   [VERSION] = read_version,
        [STATUS] = read_status,     [REASON] = read_reason,   [NAME] = read_name,
        [VALUE] = read_value,       [HEAD_LF] = read_head_lf, [CHUNK_SIZE] = read_chunk_size,
        [CHUNK_CR] = read_chunk_cr, [LINE_LF] = read_line_lf,
    };

    f->count += !is_trailer(f);
    if (f->count > HEAD_MOST)
        return go(f, LOST);
    readers[f->step](f, c);
}

static size_t take_body(struct framing *f, size_t n)
{
    size_t taken = f->left < n ? (size_t)f->left : n;

    if (f->step == UNTIL_CLOSE)
        return n;
    f->left -= taken;
    if (f->left == 0)
        go(f, f->step == BODY ? DONE : CHUNK_CR);
    return taken;
}

static bool in_body(const struct framing *f)
{
    return f->step == BODY || f->step == CHUNK_DATA || f->step == UNTIL_CLOSE;
}

size_t framing_feed(struct framing *f, const char *data, size_t n)
{
    size_t i = 0;

    while (i < n && f->step < DONE)
        if (in_body(f))
            i += take_body(f, n - i);
        else
            read_byte(f, (unsigned char)data[i++]);
    return i;
}

size_t framing_skip(struct framing *f, size_t n)
{
    size_t taken = in_body(f) ? take_body(f, n) : 0;

    if (taken < n)
        go(f, LOST);
    return taken;
}
