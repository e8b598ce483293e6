/* SPDX-License-Identifier: ISC */
#include "check_program/findings.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "probe/words/text.h"
#include "probe/words/utf8.h"

static const char *const severities[] = {"note", "warning", "error"};

static void member_put(struct json_object *object, const char *key, const char *text)
{
    char *valid = utf8_valid(text);

    json_object_object_add(object, key, json_object_new_string(valid));
    free(valid);
}

static const char *member_get(struct json_object *object, const char *key)
{
    return json_object_get_string(json_object_object_get(object, key));
}

void findings_add(struct findings *findings, enum severity severity, const char *kind,
                  const char *remedy, const char *format, ...)
{
    struct json_object *finding = json_object_new_object();
    char *text;
    va_list ap;

    va_start(ap, format);
    if (vasprintf(&text, format, ap) < 0)
        err(EXIT_FAILURE, NULL);
    va_end(ap);
    member_put(finding, "severity", severities[severity]);
    member_put(finding, "kind", kind);
    member_put(finding, "text", text);
    member_put(finding, "remedy", remedy);
    free(text);
    if (findings->list == NULL)
        findings->list = json_object_new_array();
    json_object_array_add(findings->list, finding);
    if (severity > findings->worst)
        findings->worst = severity;
}

static void print_finding(struct json_object *finding)
{
    char *text = text_visible(member_get(finding, "text"));
    char *remedy = text_visible(member_get(finding, "remedy"));

    printf("%s: %s%s%s\n", member_get(finding, "severity"), text, *remedy != '\0' ? "; " : "",
           remedy);
    free(text);
    free(remedy);
}

static const char *verdict(const struct findings *findings)
{
    static const char *const verdicts[] = {
        "grace works for it",
        "grace works for it, if what the warnings say is seen to",
        "grace does not work for it as it is",
    };

    return findings->nowhere ? "there is no such program" : verdicts[findings->worst];
}

void findings_print(const struct findings *findings, const char *command)
{
    size_t n = findings->list != NULL ? json_object_array_length(findings->list) : 0;
    char *name = text_visible(command);

    for (size_t i = 0; i < n; i++)
        print_finding(json_object_array_get_idx(findings->list, i));
    printf("%s: %s\n", name, verdict(findings));
    free(name);
}

void findings_print_json(const struct findings *findings, const char *command, const char *path)
{
    const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
    struct json_object *all = json_object_new_object();

    member_put(all, "command", command);
    member_put(all, "path", path);
    json_object_object_add(all, "works", json_object_new_boolean(findings->worst < FINDING_ERROR));
    json_object_object_add(all, "findings",
                           findings->list != NULL ? json_object_get(findings->list)
                                                  : json_object_new_array());
    puts(json_object_to_json_string_ext(all, flags));
    json_object_put(all);
}
