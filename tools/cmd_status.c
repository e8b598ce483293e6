/* SPDX-License-Identifier: ISC */
#include "grace.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "deadline.h"
#include "follow.h"
#include "option.h"
#include "report.h"
#include "target.h"

struct view {
    const char *target;
    bool json, watch;
    pid_t pid; /* of the target's supervisor, once it is known */
    int code;  /* the worst so far */
    struct table *table;
    struct json_object *array;
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
        return follow_silent(pid);
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
    else if (view->json)
        json_object_array_add(view->array, json_object_get(status));
    else
        report_add(view->table, status);
}

static void print_json(struct json_object *object)
{
    const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;

    puts(json_object_to_json_string_ext(object, flags));
}

static void clear_screen(const struct view *view)
{
    if (view->watch && !view->json && isatty(STDOUT_FILENO))
        fputs("\033[H\033[2J", stdout);
}

static void show_all(struct view *view)
{
    view->table = report_new();
    view->array = json_object_new_array();
    answer_each(add, view, deadline_after(ANSWER_PATIENCE));
    clear_screen(view);
    if (view->json)
        print_json(view->array);
    else
        table_print(view->table);
    json_object_put(view->array);
    table_free(view->table);
}

static struct json_object *ask_target(struct view *view)
{
    int64_t deadline = deadline_after(ANSWER_PATIENCE);
    struct json_object *status;
    struct dialogue *dialogue;

    /* A worker may be gone after a restart, a name may then fit another server as well. */
    if (view->pid != 0)
        dialogue = target_supervisor(view->pid, view->target, deadline);
    else
        dialogue = target_connect(view->target, deadline);
    view->pid = dialogue_pid(dialogue);
    status = answer_ask(dialogue, deadline);
    if (status == NULL)
        view->code = complain(view->pid, errno);
    dialogue_close(dialogue);
    return status;
}

static void show_target(struct view *view)
{
    struct json_object *status = ask_target(view);

    if (status == NULL)
        return;
    clear_screen(view);
    if (view->json) {
        print_json(status);
    } else {
        view->table = report_new();
        report_add(view->table, status);
        table_print(view->table);
        report_details(status);
        table_free(view->table);
    }
    json_object_put(status);
}

int cmd_status(int argc, char **argv)
{
    struct view view = {0};

    parse(argc, argv, &view);
    for (;;) {
        view.code = EXIT_DONE;
        if (view.target != NULL)
            show_target(&view);
        else
            show_all(&view);
        if (!view.watch)
            return view.code;
        fflush(stdout);
        sleep(1);
    }
}
