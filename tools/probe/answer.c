/* SPDX-License-Identifier: ISC */
#include "probe/answer.h"

#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READ_MOST = 65536 }; /* of an answer by the regular expressions */

/* A message has ended: the answer, if it isn't one of those that announce it (100 Continue). */
static int message_complete(llhttp_t *parser)
{
    struct answer *answer = parser->data;

    if (parser->status_code / 100 == 1 && parser->status_code != 101)
        return 0;
    answer->over = true;
    answer->keeps = llhttp_should_keep_alive(parser) == 1;
    return HPE_PAUSED;
}

static const llhttp_settings_t *http_settings(void)
{
    static llhttp_settings_t settings;

    if (settings.on_message_complete == NULL) {
        llhttp_settings_init(&settings);
        settings.on_message_complete = message_complete;
    }
    return &settings;
}

void answer_begin(struct answer *answer, bool http)
{
    answer->http = http;
    answer->over = answer->keeps = false;
    answer->length = answer->kept = 0;
    answer->version = -1;
    answer->why[0] = '\0';
    if (http) {
        llhttp_init(&answer->parser, HTTP_RESPONSE, http_settings());
        answer->parser.data = answer;
    }
}

/* With a zero byte behind it, for those who don't count. */
static void keep(struct answer *answer, const char *bytes, size_t length)
{
    if (length > READ_MOST - answer->kept)
        length = READ_MOST - answer->kept;
    if (answer->kept + length >= answer->room) {
        answer->room = answer->kept + length < 1024 ? 1024 : READ_MOST + 1;
        answer->text = realloc(answer->text, answer->room);
        if (answer->text == NULL)
            err(1, NULL);
    }
    memcpy(answer->text + answer->kept, bytes, length);
    answer->kept += length;
    answer->text[answer->kept] = '\0';
}

/* What came, for people: it may be anything. */
static void quote(struct answer *answer, const char *before, const char *bytes, size_t length)
{
    int used = snprintf(answer->why, sizeof(answer->why), "%s", before);

    for (size_t i = 0; i < length && (size_t)used + 1 < sizeof(answer->why); i++)
        answer->why[used++] = isprint((unsigned char)bytes[i]) ? bytes[i] : '.';
    answer->why[used] = '\0';
}

static bool text_is_right(struct answer *answer, struct judge *judge, struct result *result)
{
    return !judge_reads(judge) ||
           judge_text(judge, result, answer->text, answer->kept, &answer->version);
}

static enum outcome judge_http(struct answer *answer, struct judge *judge, struct result *result)
{
    if (!text_is_right(answer, judge, result)) {
        quote(answer, "it isn't what --expect says: ", answer->text, answer->kept);
        return ANSWER_WRONG;
    }
    if (answer->parser.status_code < 400)
        return ANSWER_RIGHT;
    snprintf(answer->why, sizeof(answer->why), "status %u", answer->parser.status_code);
    return ANSWER_WRONG;
}

static enum outcome feed_http(struct answer *answer, struct judge *judge, struct result *result,
                              const char *bytes, size_t length)
{
    llhttp_errno_t error = llhttp_execute(&answer->parser, bytes, length);

    if (error == HPE_OK)
        return ANSWER_GOES_ON;
    if (!answer->over) {
        const char *where = llhttp_get_error_pos(&answer->parser);
        size_t left = where == NULL ? length : length - (size_t)(where - bytes);
        snprintf(answer->why, sizeof(answer->why),
                 "it isn't HTTP (%s): ", llhttp_get_error_reason(&answer->parser));
        quote(answer, strdupa(answer->why), bytes + length - left, left);
        return ANSWER_WRONG;
    }
    const char *end = llhttp_get_error_pos(&answer->parser);
    if (end != bytes + length) {
        quote(answer, "bytes after its end: ", end, (size_t)(bytes + length - end));
        return ANSWER_WRONG;
    }
    return judge_http(answer, judge, result);
}

/* Here not to match only says that more has to come. */
static enum outcome feed_raw(struct answer *answer, struct judge *judge, struct result *result)
{
    if (text_is_right(answer, judge, result)) {
        answer->keeps = true;
        return ANSWER_RIGHT;
    }
    if (answer->kept < READ_MOST)
        return ANSWER_GOES_ON;
    quote(answer, "64 KiB without what --expect says: ", answer->text, answer->kept);
    return ANSWER_WRONG;
}

enum outcome answer_feed(struct answer *answer, struct judge *judge, struct result *result,
                         const char *bytes, size_t length)
{
    answer->length += length;
    if (judge_reads(judge))
        keep(answer, bytes, length);
    return answer->http ? feed_http(answer, judge, result, bytes, length)
                        : feed_raw(answer, judge, result);
}

enum outcome answer_end(struct answer *answer, struct judge *judge, struct result *result)
{
    if (answer->http) {
        llhttp_finish(&answer->parser);
        if (answer->over)
            return judge_http(answer, judge, result);
        snprintf(answer->why, sizeof(answer->why), "it ended after %zu bytes", answer->length);
    } else {
        quote(answer, "it ended after: ", answer->text, answer->kept);
    }
    return ANSWER_TRUNCATED;
}

bool answer_unexpected(struct answer *answer)
{
    if (answer->http || answer->length == 0)
        return false;
    quote(answer, "too long to answer as --expect says: ", answer->text, answer->kept);
    return true;
}

void answer_free(struct answer *answer)
{
    free(answer->text);
    answer->text = NULL;
    answer->kept = answer->room = 0;
}
