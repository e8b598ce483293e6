/* SPDX-License-Identifier: ISC */
#include "request/outcome.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "supervisors/answer.h"

enum { LINES_MOST = 1000 }; /* of who speaks without end */

static bool is_utf8(struct json_object *string)
{
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *parsed;

    json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
    parsed = json_tokener_parse_ex(tokener, json_object_to_json_string(string), -1);
    json_tokener_free(tokener);
    return json_object_put(parsed) == 1;
}

/* Of text that is none no byte is believed that isn't ASCII: it would be no JSON. */
static struct json_object *string_of(const char *text)
{
    struct json_object *string = json_object_new_string(text);
    char *ascii;

    if (is_utf8(string))
        return string;
    ascii = strdup(text);
    for (char *c = ascii; *c != '\0'; c++)
        if (!isascii((unsigned char)*c))
            *c = '?';
    json_object_set_string(string, ascii);
    free(ascii);
    return string;
}

void outcome_text(struct json_object *outcome, const char *key, const char *text)
{
    json_object_object_add(outcome, key, string_of(text));
}

struct json_object *outcome_new(const char *target)
{
    struct json_object *outcome = json_object_new_object();

    outcome_text(outcome, "target", target);
    return outcome;
}

static void number(struct json_object *outcome, const char *key, struct json_object *status,
                   const char *member)
{
    int64_t n = answer_number(status, member);

    if (n > 0)
        json_object_object_add(outcome, key, json_object_new_int64(n));
}

void outcome_server(struct json_object *outcome, struct json_object *status)
{
    outcome_text(outcome, "name", answer_text(status, "name"));
    number(outcome, "pid", status, "pid");
}

void outcome_generation(struct json_object *outcome, struct json_object *status)
{
    number(outcome, "generation", status, "generation");
}

void outcome_line(struct json_object *outcome, const char *list, const char *text)
{
    struct json_object *lines = NULL;

    if (!json_object_object_get_ex(outcome, list, &lines)) {
        lines = json_object_new_array();
        json_object_object_add(outcome, list, lines);
    }
    if (json_object_array_length(lines) < LINES_MOST)
        json_object_array_add(lines, string_of(text));
}

void outcome_seconds(struct json_object *outcome, int64_t ms)
{
    char text[32];

    snprintf(text, sizeof(text), "%.3f", (double)ms / 1000);
    json_object_object_add(outcome, "seconds", json_object_new_double_s((double)ms / 1000, text));
}

void outcome_print(struct json_object *outcome)
{
    puts(json_object_to_json_string_ext(outcome,
                                        JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(outcome);
}
