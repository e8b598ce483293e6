/* SPDX-License-Identifier: ISC */
#include "answer.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grace.h"
#include "protocol/user_socket.h"
#include "runtime.h"

static struct json_object *read_status(struct dialogue *dialogue)
{
    char *line = dialogue_line(dialogue);
    struct json_object *status = line ? json_tokener_parse(line) : NULL;

    if (json_object_is_type(status, json_type_object))
        return status;
    json_object_put(status);
    if (line != NULL || errno == 0)
        errno = EPROTO;
    return NULL;
}

struct json_object *answer_ask(struct dialogue *dialogue)
{
    return dialogue_send(dialogue, USER_SOCKET_STATUS) == 0 ? read_status(dialogue) : NULL;
}

struct question {
    pid_t pid;
    struct dialogue *dialogue;
    int error;
};

static void question_ask(struct question *q, int64_t deadline)
{
    q->dialogue = dialogue_connect(q->pid, deadline);
    if (q->dialogue == NULL || dialogue_send(q->dialogue, USER_SOCKET_STATUS) != 0)
        q->error = errno;
}

/* A socket that nobody listens on any more isn't worth a visit. */
static void question_finish(struct question *q, answer_visit *visit, void *data)
{
    struct json_object *status = NULL;

    if (q->error == 0 && (status = read_status(q->dialogue)) == NULL)
        q->error = errno;
    if (q->error != ENOENT)
        visit(q->pid, status, q->error, data);
    json_object_put(status);
    if (q->dialogue != NULL)
        dialogue_close(q->dialogue);
}

void answer_each(answer_visit *visit, void *data, int64_t deadline)
{
    pid_t *pids;
    size_t n = runtime_list(&pids);
    struct question *questions = calloc(n + 1, sizeof(*questions));

    if (questions == NULL)
        err(EXIT_FAILED, "can't ask %zu supervisors", n);
    for (size_t i = 0; i < n; i++) {
        questions[i].pid = pids[i];
        question_ask(&questions[i], deadline);
    }
    for (size_t i = 0; i < n; i++)
        question_finish(&questions[i], visit, data);
    free(questions);
    free(pids);
}

static struct json_object *member(struct json_object *object, const char *key, json_type type)
{
    struct json_object *value = NULL;

    if (!json_object_object_get_ex(object, key, &value))
        return NULL;
    return json_object_is_type(value, type) ? value : NULL;
}

const char *answer_text(struct json_object *object, const char *key)
{
    struct json_object *text = member(object, key, json_type_string);

    return text ? json_object_get_string(text) : "";
}

int64_t answer_number(struct json_object *object, const char *key)
{
    struct json_object *number = member(object, key, json_type_int);

    return number ? json_object_get_int64(number) : 0;
}

size_t answer_list(struct json_object *object, const char *key, struct json_object **list)
{
    *list = member(object, key, json_type_array);
    return *list ? json_object_array_length(*list) : 0;
}
