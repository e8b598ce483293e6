/* SPDX-License-Identifier: ISC */
#include "outcome.h"

#include <stdio.h>
#include <stdlib.h>

#include "answer.h"
#include "probe/words/text.h"

void outcome_text(struct json_object *outcome, const char *key, const char *text)
{
    json_object_object_add(outcome, key, json_object_new_string(text));
}

/* With any bytes in it, it would be no JSON. */
static void name(struct json_object *outcome, const char *key, const char *text)
{
    char *visible = text_visible(text);

    outcome_text(outcome, key, visible);
    free(visible);
}

struct json_object *outcome_new(const char *target)
{
    struct json_object *outcome = json_object_new_object();

    name(outcome, "target", target);
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
    name(outcome, "name", answer_text(status, "name"));
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
    json_object_array_add(lines, json_object_new_string(text));
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
