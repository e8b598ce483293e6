/* SPDX-License-Identifier: ISC */
#include "supervisors/answer.h"

#include <err.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_line/exit_codes.h"
#include "protocol/user_socket.h"
#include "supervisors/elsewhere.h"
#include "supervisors/runtime.h"

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

const char *answer_user(uid_t uid)
{
    static uid_t last = (uid_t)-1;
    static char name[64];
    const struct passwd *user;

    if (uid == last && name[0] != '\0')
        return name;
    last = uid;
    user = getpwuid(uid);
    if (user != NULL)
        snprintf(name, sizeof(name), "%s", user->pw_name);
    else
        snprintf(name, sizeof(name), "%u", (unsigned)uid);
    return name;
}

/* Who it is says the kernel, not the other side. */
static struct json_object *read_answer(struct dialogue *dialogue)
{
    struct json_object *status = read_status(dialogue);

    if (status == NULL)
        return NULL;
    json_object_object_add(status, "pid", json_object_new_int(dialogue_pid(dialogue)));
    json_object_object_add(status, "user",
                           json_object_new_string(answer_user(dialogue_user(dialogue))));
    return status;
}

struct json_object *answer_ask(struct dialogue *dialogue)
{
    return dialogue_send(dialogue, USER_SOCKET_STATUS) == 0 ? read_answer(dialogue) : NULL;
}

struct question {
    pid_t pid;
    struct dialogue *dialogue;
    int error;
};

typedef struct dialogue *dialogue_open(pid_t pid, int64_t deadline);

static void question_ask(struct question *q, dialogue_open *open, int64_t deadline)
{
    q->dialogue = open(q->pid, deadline);
    if (q->dialogue == NULL || dialogue_send(q->dialogue, USER_SOCKET_STATUS) != 0)
        q->error = errno;
}

/* A socket that nobody listens on any more isn't worth a visit. */
static void question_finish(struct question *q, answer_visit *visit, void *data)
{
    struct json_object *status = NULL;

    if (q->error == 0 && (status = read_answer(q->dialogue)) == NULL)
        q->error = errno;
    if (q->error != ENOENT)
        visit(q->pid, status, q->error, data);
    json_object_put(status);
    if (q->dialogue != NULL)
        dialogue_close(q->dialogue);
}

static void ask_all(pid_t *pids, size_t n, dialogue_open *open, answer_visit *visit, void *data,
                    int64_t deadline)
{
    struct question *questions = calloc(n + 1, sizeof(*questions));

    if (questions == NULL)
        err(EXIT_FAILED, "can't ask %zu supervisors", n);
    for (size_t i = 0; i < n; i++) {
        questions[i].pid = pids[i];
        question_ask(&questions[i], open, deadline);
    }
    for (size_t i = 0; i < n; i++)
        question_finish(&questions[i], visit, data);
    free(questions);
    free(pids);
}

void answer_each(answer_visit *visit, void *data, int64_t deadline)
{
    pid_t *pids;
    size_t n = runtime_list(&pids);

    ask_all(pids, n, dialogue_connect, visit, data, deadline);
}

static bool is_in(const pid_t *pids, size_t n, pid_t pid)
{
    for (size_t i = 0; i < n; i++)
        if (pids[i] == pid)
            return true;
    return false;
}

void answer_each_elsewhere(answer_visit *visit, void *data, int64_t deadline)
{
    pid_t *pids, *known;
    size_t n, m, kept = 0;

    if (!elsewhere_is_shown())
        return;
    n = elsewhere_list(&pids);
    m = runtime_list(&known);
    for (size_t i = 0; i < n; i++)
        if (!is_in(known, m, pids[i]))
            pids[kept++] = pids[i];
    free(known);
    ask_all(pids, kept, dialogue_connect_elsewhere, visit, data, deadline);
}

static struct json_object *member(struct json_object *object, const char *key, json_type type)
{
    struct json_object *value = NULL;

    if (!json_object_object_get_ex(object, key, &value))
        return NULL;
    return json_object_is_type(value, type) ? value : NULL;
}

bool answer_has(struct json_object *object, const char *key)
{
    return json_object_object_get_ex(object, key, NULL);
}

struct json_object *answer_object(struct json_object *object, const char *key)
{
    return member(object, key, json_type_object);
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
