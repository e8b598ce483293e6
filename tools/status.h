/* SPDX-License-Identifier: ISC */
/* What supervisors say about themselves, as JSON that may lack anything. */
#ifndef STATUS_H
#define STATUS_H

#include <json-c/json.h>
#include <stdint.h>

#include "ctl.h"

/* How long a supervisor may take to say how it is, in milliseconds. */
enum { STATUS_PATIENCE = 5000 };

/* `status` is NULL if there is none; `error` says why: ETIMEDOUT, EPROTO for an answer that is
 * no status, or what the conversation met. */
typedef void status_visit(pid_t pid, struct json_object *status, int error, void *data);

/* Asks the supervisor at the other end; the status or NULL with errno. Free with
 * json_object_put(). */
struct json_object *status_ask(struct ctl *ctl, int64_t deadline);

/* Asks all supervisors at once and visits them in the order of their pids. */
void status_each(status_visit *visit, void *data, int64_t deadline);

/* A member, "" or 0 or NULL if it is missing or of another type. */
const char *status_text(struct json_object *object, const char *key);
int64_t status_number(struct json_object *object, const char *key);
struct json_object *status_list(struct json_object *object, const char *key);

#endif
