/* SPDX-License-Identifier: ISC */
/* What supervisors say about themselves, as JSON that may lack anything. */
#ifndef ANSWER_H
#define ANSWER_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "supervisors/dialogue.h"

/* How long a supervisor may take to say how it is, in milliseconds. */
enum { ANSWER_PATIENCE = 5000 };

/* `status` is NULL if there is none; `error` says why: ETIMEDOUT, EPROTO for an answer that is
 * no status, or what the conversation met. */
typedef void answer_visit(pid_t pid, struct json_object *status, int error, void *data);

/* Asks the supervisor at the other end; the status or NULL with errno. Free with
 * json_object_put(). */
struct json_object *answer_ask(struct dialogue *dialogue);

/* The name of a user, or the number of one that has none. */
const char *answer_user(uid_t uid);

/* Asks all supervisors in the runtime directory at once and visits them in the order of their pids.
 */
void answer_each(answer_visit *visit, void *data, int64_t deadline);

/* The same with those that are elsewhere, if they are to be shown: by themselves, for what they do
 * must not take time from the others. */
void answer_each_elsewhere(answer_visit *visit, void *data, int64_t deadline);

bool answer_has(struct json_object *object, const char *key);

/* A member; NULL, "" or 0 if it is missing or of another type; of a list its length. */
struct json_object *answer_object(struct json_object *object, const char *key);
const char *answer_text(struct json_object *object, const char *key);
int64_t answer_number(struct json_object *object, const char *key);
size_t answer_list(struct json_object *object, const char *key, struct json_object **list);

#endif
