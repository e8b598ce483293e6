/* SPDX-License-Identifier: ISC */
#include "well_formed.h"

#include <string.h>

enum { DEPTH = 32 };

struct parser {
    const char *at;
    const char *open[DEPTH]; /* names of elements, which end where names do */
    unsigned depth;
};

static size_t name_length(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-:");
}

/* Up to one of `ends`, with references only for what is special. */
static const char *take_text(struct parser *parser, const char *ends)
{
    for (; *parser->at != '\0' && strchr(ends, *parser->at) == NULL; parser->at++) {
        if (*parser->at == '<')
            return "a '<' within a value";
        if (strncmp(parser->at, "]]>", 3) == 0)
            return "a ']]>' within text";
        if ((unsigned char)*parser->at < ' ' && strchr("\t\r\n", *parser->at) == NULL)
            return "a control character";
        if (*parser->at == '&') {
            size_t length = strcspn(parser->at, ";");
            if (length > 8 || parser->at[length] != ';')
                return "a '&' that begins no reference";
            parser->at += length;
        }
    }
    return NULL;
}

static const char *take_attributes(struct parser *parser)
{
    while (*parser->at == ' ') {
        parser->at += 1 + name_length(parser->at + 1);
        if (strncmp(parser->at, "=\"", 2) != 0)
            return "an attribute without a value";
        parser->at += 2;
        const char *wrong = take_text(parser, "\"");
        if (wrong != NULL)
            return wrong;
        if (*parser->at++ != '"')
            return "a value that doesn't end";
    }
    return NULL;
}

static const char *take_end(struct parser *parser)
{
    size_t length = name_length(parser->at);

    if (parser->depth == 0 || name_length(parser->open[parser->depth - 1]) != length ||
        memcmp(parser->open[parser->depth - 1], parser->at, length) != 0)
        return "an end of what hasn't begun";
    parser->depth--;
    parser->at += length;
    return *parser->at++ == '>' ? NULL : "an end tag with more than a name";
}

static const char *take_tag(struct parser *parser)
{
    const char *name = ++parser->at, *wrong;

    if (*name == '/') {
        parser->at++;
        return take_end(parser);
    }
    if (name_length(name) == 0 || parser->depth == DEPTH)
        return "a '<' that begins no tag";
    parser->at += name_length(name);
    wrong = take_attributes(parser);
    if (wrong != NULL)
        return wrong;
    if (strncmp(parser->at, "/>", 2) == 0) {
        parser->at += 2;
        return NULL;
    }
    parser->open[parser->depth++] = name;
    return *parser->at++ == '>' ? NULL : "a tag that doesn't end";
}

const char *well_formed(const char *text)
{
    struct parser parser = {.at = text};

    while (*parser.at != '\0') {
        const char *wrong = *parser.at == '<' ? take_tag(&parser) : take_text(&parser, "<");
        if (wrong != NULL)
            return wrong;
        if (parser.depth == 0 && strspn(parser.at, "\n") != strlen(parser.at))
            return "more than one element";
    }
    return parser.depth == 0 ? NULL : "an element that doesn't end";
}
