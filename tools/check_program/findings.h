/* SPDX-License-Identifier: ISC */
/* What was found out about a program. */
#ifndef CHECK_FINDINGS_H
#define CHECK_FINDINGS_H

#include <json-c/json.h>
#include <stdbool.h>

enum severity { FINDING_NOTE, FINDING_WARNING, FINDING_ERROR };

struct findings {
    struct json_object *list; /* of objects: severity, kind, text, remedy */
    enum severity worst;
    bool nowhere; /* there is no such program */
};

/* An error is what grace can't do anything with, a warning what it works with if the user does as
 * the remedy says. `kind` is its name for scripts, `remedy` may be "". */
void findings_add(struct findings *findings, enum severity severity, const char *kind,
                  const char *remedy, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* A line for each, and the verdict on `command`. */
void findings_print(const struct findings *findings, const char *command);

/* One line of JSON; `path` is "" if there is none. */
void findings_print_json(const struct findings *findings, const char *command, const char *path);

#endif
