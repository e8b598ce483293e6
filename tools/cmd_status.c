/* SPDX-License-Identifier: ISC */
/* Shows what shim/supervisor/front/status.c of each supervisor says, asked by the user socket. */
#include "grace.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "deadline.h"
#include "option.h"
#include "report.h"
#include "target.h"

struct view {
    const char *target;
    bool json, watch;
    pid_t pid; /* of the target's supervisor, once it is known */
    int code;  /* the worst so far */
    struct json_object *statuses;
};

static void parse(int argc, char **argv, struct view *view)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"watch", no_argument, NULL, 'w'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    int c;

    while ((c = option_next(argc, argv, ":h", options)) != -1)
        *(c == 'j' ? &view->json : &view->watch) = true;
    view->target = option_target(argc, argv, false);
}

static int complain(pid_t pid, int error)
{
    if (error == ETIMEDOUT)
        return dialogue_silent(pid, "");
    if (error == EPROTO)
        warnx("pid %d doesn't tell its status like a supervisor of this version", (int)pid);
    else
        warnx("can't ask supervisor %d: %s", (int)pid, strerror(error));
    return EXIT_FAILED;
}

static void add(pid_t pid, struct json_object *status, int error, void *data)
{
    struct view *view = data;

    if (status == NULL)
        view->code = complain(pid, error);
    else
        json_object_array_add(view->statuses, json_object_get(status));
}

/* Of other users: what doesn't speak like a supervisor is none, and none of them makes the question
 * of root fail. */
static void add_other(pid_t pid, struct json_object *status, int error, void *data)
{
    struct view *view = data;

    if (status != NULL)
        json_object_array_add(view->statuses, json_object_get(status));
    else if (error == ETIMEDOUT)
        complain(pid, error);
}

static void print_json(struct json_object *object)
{
    const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;

    puts(json_object_to_json_string_ext(object, flags));
}

static void ask_target(struct view *view)
{
    int64_t deadline = clock_ms() + ANSWER_PATIENCE;
    struct json_object *status;
    struct dialogue *dialogue;

    /* A worker may be gone after a restart, a name may then fit another server as well. */
    if (view->pid != 0)
        dialogue = target_supervisor(view->pid, view->target, deadline, EXIT_TIMED_OUT);
    else
        dialogue = target_connect(view->target, deadline, EXIT_TIMED_OUT);
    view->pid = dialogue_pid(dialogue);
    status = answer_ask(dialogue);
    add(view->pid, status, errno, view);
    json_object_put(status);
    dialogue_close(dialogue);
}

static void print(const struct view *view)
{
    struct json_object *first = json_object_array_get_idx(view->statuses, 0);

    if (view->target != NULL && first == NULL)
        return;
    if (view->json) {
        print_json(view->target != NULL ? first : view->statuses);
        return;
    }
    if (view->watch && isatty(STDOUT_FILENO))
        fputs("\033[H\033[2J", stdout); /* clears the screen */
    report_table(view->statuses);
    if (view->target != NULL)
        report_details(first);
}

static void ask_all(struct view *view)
{
    answer_each(add, view, clock_ms() + ANSWER_PATIENCE);
    answer_each_elsewhere(add_other, view, clock_ms() + ANSWER_PATIENCE);
}

static void show(struct view *view)
{
    view->code = EXIT_DONE;
    view->statuses = json_object_new_array();
    if (view->target != NULL)
        ask_target(view);
    else
        ask_all(view);
    print(view);
    json_object_put(view->statuses);
}

int cmd_status(int argc, char **argv)
{
    struct view view = {0};

    parse(argc, argv, &view);
    for (;;) {
        show(&view);
        if (!view.watch)
            return view.code;
        fflush(stdout);
        sleep(1);
    }
}
