/* SPDX-License-Identifier: ISC */
/* Shows what supervisor/front/ctl/status of each supervisor says, asked by the user socket. */
#include "grace.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line/exit_codes.h"
#include "command_line/option.h"
#include "probe/words/text.h"
#include "status/prometheus.h"
#include "status/ready.h"
#include "status/report.h"
#include "status/report_words.h"
#include "status/watch.h"
#include "supervisors/answer.h"
#include "supervisors/deadline.h"
#include "supervisors/elsewhere.h"
#include "supervisors/runtime.h"
#include "supervisors/target.h"

enum form { FORM_TABLE, FORM_JSON, FORM_PROMETHEUS, FORM_READY };

struct view {
    enum form form;
    bool quiet, watch;
    const char *const *targets;
    pid_t *pids; /* of their supervisors, once these are known */
    size_t n;
    int code; /* the worst so far */
    int widths[TEXT_CELLS];
    struct json_object *statuses;
};

static void choose(struct view *view, enum form form)
{
    if (view->form != FORM_TABLE && view->form != form)
        option_error("only one of --json, --prometheus and --ready can be had");
    view->form = form;
}

static void parse(int argc, char **argv, struct view *view)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"prometheus", no_argument, NULL, 'p'},
                                            {"ready", no_argument, NULL, 'r'},
                                            {"quiet", no_argument, NULL, 'q'},
                                            {"watch", no_argument, NULL, 'w'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    int c;

    while ((c = option_next(argc, argv, ":hqw", options)) != -1)
        switch (c) {
        case 'j':
            choose(view, FORM_JSON);
            break;
        case 'p':
            choose(view, FORM_PROMETHEUS);
            break;
        case 'r':
            choose(view, FORM_READY);
            break;
        case 'q':
            view->quiet = true;
            break;
        default:
            view->watch = true;
        }
    view->targets = (const char *const *)argv + optind;
    view->n = (size_t)(argc - optind);
    if (view->form == FORM_READY && (view->watch || view->n > 1))
        option_error("--ready is for one TARGET, and without --watch");
    if (view->quiet && view->form != FORM_READY)
        option_error("--quiet is for --ready");
    for (size_t i = 0; i < view->n; i++)
        if (*view->targets[i] == '\0')
            option_error("TARGET is empty: a name or a pid");
    view->pids = calloc(view->n + 1, sizeof(*view->pids));
    if (view->pids == NULL)
        err(EXIT_FAILED, "no memory for %zu targets", view->n);
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

/* A curve of it is to show that it was there, and didn't answer. */
static void add_silent(struct view *view, pid_t pid)
{
    struct json_object *status = json_object_new_object();

    json_object_object_add(status, "pid", json_object_new_int(pid));
    json_object_array_add(view->statuses, status);
}

static void add(pid_t pid, struct json_object *status, int error, void *data)
{
    struct view *view = data;

    if (status == NULL)
        view->code = complain(pid, error);
    if (status == NULL && view->form == FORM_PROMETHEUS)
        add_silent(view, pid);
    else if (status != NULL)
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

/* A worker may be gone after a restart, a name may then fit another server as well. */
static void ask_target(struct view *view, size_t i)
{
    int64_t deadline = clock_ms() + ANSWER_PATIENCE;
    struct json_object *status;
    struct dialogue *dialogue;

    if (view->pids[i] != 0)
        dialogue = target_supervisor(view->pids[i], view->targets[i], deadline, EXIT_TIMED_OUT);
    else
        dialogue = target_connect(view->targets[i], deadline, EXIT_TIMED_OUT);
    view->pids[i] = dialogue_pid(dialogue);
    status = answer_ask(dialogue);
    add(view->pids[i], status, errno, view);
    json_object_put(status);
    dialogue_close(dialogue);
}

static void ask(struct view *view)
{
    for (size_t i = 0; i < view->n; i++)
        ask_target(view, i);
    if (view->n > 0)
        return;
    answer_each(add, view, clock_ms() + ANSWER_PATIENCE);
    answer_each_elsewhere(add_other, view, clock_ms() + ANSWER_PATIENCE);
}

static void print_none(FILE *out)
{
    fprintf(out, "no servers run under grace (looked in %s%s)\n", runtime_path(),
            elsewhere_is_shown() ? ", and among all processes" : "");
}

/* Of several servers each has a heading. */
static void print_details(FILE *out, struct json_object *status, bool heading)
{
    if (heading) {
        putc('\n', out);
        words_text(out, answer_text(status, "name"));
        fprintf(out, " (%" PRId64 ")\n", answer_number(status, "pid"));
    }
    report_details(out, status);
}

/* free() it. */
static char *text_of(struct view *view)
{
    size_t size, n = json_object_array_length(view->statuses);
    char *text;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        err(EXIT_FAILED, "no memory for a table");
    if (view->n == 0 && n == 0 && view->code == EXIT_DONE)
        print_none(view->watch ? out : stderr);
    report_table(out, view->statuses, view->widths, text_columns(stdout));
    for (size_t i = 0; view->n > 0 && i < n; i++)
        print_details(out, json_object_array_get_idx(view->statuses, i), view->n > 1);
    if (fclose(out) != 0)
        err(EXIT_FAILED, "no memory for a table");
    return text;
}

static void print_text(const char *text)
{
    int columns = text_columns(stdout);

    while (*text != '\0') {
        text = text_cut(stdout, text, columns) + 1;
        putchar('\n');
    }
}

static void print(struct view *view)
{
    struct json_object *first = json_object_array_get_idx(view->statuses, 0);
    char *text;

    if (view->form == FORM_PROMETHEUS) {
        prometheus_print(stdout, view->statuses);
        return;
    }
    if (view->n > 0 && first == NULL)
        return;
    if (view->form == FORM_JSON) {
        print_json(view->n == 1 ? first : view->statuses);
        return;
    }
    text = text_of(view);
    if (view->watch && isatty(STDOUT_FILENO))
        watch_paint(text);
    else
        print_text(text);
    free(text);
}

static void show(struct view *view)
{
    view->code = EXIT_DONE;
    view->statuses = json_object_new_array();
    ask(view);
    print(view);
    json_object_put(view->statuses);
}

static int ask_ready(const struct view *view)
{
    if (view->quiet && freopen("/dev/null", "w", stderr) == NULL)
        return EXIT_FAILED;
    return ready_ask(view->n > 0 ? view->targets[0] : NULL);
}

int cmd_status(int argc, char **argv)
{
    struct view view = {0};

    parse(argc, argv, &view);
    if (view.form == FORM_READY)
        return ask_ready(&view);
    for (;;) {
        show(&view);
        if (!view.watch)
            return view.code;
        fflush(stdout);
        watch_pause();
    }
}
