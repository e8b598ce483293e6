/* SPDX-License-Identifier: ISC */
#include "request/request.h"

#include <sys/pidfd.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_line/exit_codes.h"
#include "probe/words/text.h"
#include "protocol/user_socket.h"
#include "request/outcome.h"
#include "supervisors/answer.h"
#include "supervisors/deadline.h"
#include "supervisors/dialogue.h"
#include "supervisors/orphan.h"
#include "supervisors/proc.h"
#include "supervisors/target.h"

enum {
    LAST_WORDS = 1000,   /* milliseconds between hanging up and exiting */
    ASKING_LEAST = 5000, /* for the supervisor to take a request, whatever the timeout is */
    STOPPED_AGAIN = 100, /* one that is stopped would take it later */
};

/* What is no exit code: the request is taken; there is more to come; the supervisor closed the
 * conversation without a verdict, and nothing was printed about that. */
enum { TAKEN = -3, MORE = -2, GONE = -1 };

struct talk {
    const struct request *request;
    const struct request_target *target;
    int64_t deadline; /* of what is waited for: first of the asking, then of the result */
    struct dialogue *dialogue;
    int supervisor;
    char name[128];              /* in front of each line; "": there is one server only */
    struct json_object *outcome; /* also where nobody wants to see it */
};

/* Says why it did not go well: `intro` is what people need in front of the reason. */
static __attribute__((format(printf, 5, 6))) int conclude(struct talk *talk, int code,
                                                          const char *result, const char *intro,
                                                          const char *format, ...)
{
    char reason[1300];
    va_list ap;

    va_start(ap, format);
    vsnprintf(reason, sizeof(reason), format, ap);
    va_end(ap);
    warnx("%s%s%s", talk->name, intro, reason);
    outcome_text(talk->outcome, "result", result);
    outcome_text(talk->outcome, "reason", reason);
    return code;
}

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* What explains the verdict waits for it. */
static void say_step(struct talk *talk, const char *text)
{
    if (begins_with(text, USER_SOCKET_SAID)) {
        outcome_line(talk->outcome, "stderr", text + strlen(USER_SOCKET_SAID));
        return;
    }
    if (begins_with(text, USER_SOCKET_HINT)) {
        outcome_line(talk->outcome, "hints", text + strlen(USER_SOCKET_HINT));
        return;
    }
    outcome_line(talk->outcome, "steps", text);
    if (!talk->request->quiet && !talk->request->json)
        printf("%s%s\n", talk->name, text);
}

static void explain_by(struct talk *talk, FILE *out, const char *list, const char *intro)
{
    struct json_object *lines;
    size_t n = answer_list(talk->outcome, list, &lines);

    for (size_t i = 0; i < n; i++)
        fprintf(out, "%s  %s%s\n", talk->name, intro,
                json_object_get_string(json_object_array_get_idx(lines, i)));
}

/* Indented, for the verdict is the last line that isn't. */
static void explain(struct talk *talk, int code)
{
    if (talk->request->json || code == EXIT_DONE)
        return;
    explain_by(talk, stderr, "stderr", USER_SOCKET_SAID);
    if (!talk->request->quiet)
        explain_by(talk, stdout, "hints", USER_SOCKET_HINT);
}

static struct json_object *ask_status(const struct talk *talk)
{
    struct target_failure failure;
    int64_t deadline = clock_ms() + ANSWER_PATIENCE;
    struct dialogue *dialogue;
    struct json_object *status;

    if (proc_stopped(talk->supervisor))
        return NULL;
    dialogue = target_try_supervisor(talk->supervisor, talk->target->text, deadline, EXIT_FAILED,
                                     &failure);
    status = dialogue != NULL ? answer_ask(dialogue) : NULL;

    if (dialogue != NULL)
        dialogue_close(dialogue);
    return status;
}

/* Where it doesn't say its name, what the user calls it has to do. */
static void learn_name(struct talk *talk)
{
    struct json_object *status = ask_status(talk);
    char *name = text_visible(status != NULL ? answer_text(status, "name") : talk->target->text);

    if (talk->request->named)
        snprintf(talk->name, sizeof(talk->name), "%.100s: ", name);
    if (status != NULL)
        outcome_server(talk->outcome, status);
    json_object_put(status);
    free(name);
}

/* Of a name or a pid it may not be known. */
static void say_whose(const struct talk *talk)
{
    uid_t user = dialogue_user(talk->dialogue);

    if (user != geteuid() && !talk->request->quiet && !talk->request->json)
        printf("%sserver %d of %s\n", talk->name, talk->supervisor, answer_user(user));
}

static int not_reached(struct talk *talk, const struct target_failure *failure)
{
    const char *result = failure->code == EXIT_NO_TARGET   ? "no-target"
                         : failure->code == EXIT_BAD_USAGE ? "ambiguous"
                                                           : "failed";

    conclude(talk, failure->code, result, "", "%s", failure->text);
    if (failure->missing)
        orphan_hint();
    return failure->code;
}

static int reach(struct talk *talk)
{
    const struct request_target *target = talk->target;
    int64_t timeout = talk->request->timeout;
    struct target_failure failure = {.code = EXIT_DONE};

    talk->deadline = clock_ms() + (timeout > ASKING_LEAST ? timeout : ASKING_LEAST);
    if (target->supervisor != 0)
        talk->dialogue = target_try_supervisor(target->supervisor, target->text, talk->deadline,
                                               EXIT_FAILED, &failure);
    else
        talk->dialogue = target_try(target->text, talk->deadline, EXIT_FAILED, &failure);
    if (talk->dialogue == NULL)
        return not_reached(talk, &failure);
    talk->supervisor = dialogue_pid(talk->dialogue);
    if (talk->request->named || talk->request->json)
        learn_name(talk);
    say_whose(talk);
    return EXIT_DONE;
}

static int not_taken(struct talk *talk)
{
    char text[160];

    dialogue_silence(talk->supervisor, ", and has the request", text, sizeof(text));
    return conclude(talk, EXIT_TIMED_OUT, "timed-out", "", "%s", text);
}

static int timed_out(struct talk *talk)
{
    if (proc_stopped(talk->supervisor))
        return not_taken(talk);
    return conclude(talk, EXIT_TIMED_OUT, "timed-out", "",
                    "the %s isn't over in time and goes on: see 'grace status %d'",
                    talk->request->what, talk->supervisor);
}

static int fails(struct talk *talk, const char *result, const char *text)
{
    char intro[64];

    snprintf(intro, sizeof(intro), "%s %s: ", talk->request->what, result);
    if (strcmp(text, USER_SOCKET_UNKNOWN) == 0)
        return conclude(talk, EXIT_FAILED, "refused", intro,
                        "supervisor %d is of another version, which doesn't know '%s'",
                        talk->supervisor, talk->request->line);
    return conclude(talk, EXIT_FAILED, result, intro, "%s", text);
}

static const struct {
    const char *word;
    int code;
    const char *result;
} answers[] = {
    {USER_SOCKET_STEP " ", MORE, NULL},
    {USER_SOCKET_TAKEN " ", TAKEN, NULL},
    {USER_SOCKET_DONE " ", EXIT_DONE, NULL},
    {USER_SOCKET_FAILED " ", EXIT_FAILED, "failed"},
    {USER_SOCKET_REFUSED " ", EXIT_FAILED, "refused"},
};

static int tell(struct talk *talk, const char *line)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        size_t n = strlen(answers[i].word);
        if (strncmp(line, answers[i].word, n) != 0)
            continue;
        if (answers[i].result != NULL)
            return fails(talk, answers[i].result, line + n);
        if (answers[i].code == MORE)
            say_step(talk, line + n); /* the text of `done` only repeats the last step */
        return answers[i].code;
    }
    return conclude(talk, EXIT_FAILED, "failed", "",
                    "pid %d doesn't speak like a supervisor of this version: '%.60s'",
                    talk->supervisor, line);
}

/* From here on the user's own time runs. */
static void limit_result(struct talk *talk)
{
    talk->deadline = clock_ms() + talk->request->timeout;
    dialogue_limit(talk->dialogue, talk->deadline);
}

/* False: it has not said a word, and is stopped or takes too long. */
static bool is_heard(const struct talk *talk)
{
    int64_t patience = clock_ms() + talk->request->timeout, now;

    do {
        now = clock_ms();
        if (dialogue_has_answer(talk->dialogue, now + STOPPED_AGAIN))
            return true;
    } while (now < talk->deadline && !(now >= patience && proc_stopped(talk->supervisor)));
    return false;
}

static int ask(struct talk *talk)
{
    if (dialogue_send(talk->dialogue, talk->request->line) != 0)
        return GONE;
    return is_heard(talk) ? MORE : not_taken(talk);
}

static int unheard(struct talk *talk)
{
    if (errno == 0 || errno == ECONNRESET)
        return GONE;
    if (errno == ETIMEDOUT)
        return timed_out(talk);
    return conclude(talk, EXIT_FAILED, "failed", "", "can't read the answer of supervisor %d: %s",
                    talk->supervisor, strerror(errno));
}

/* Sends the request, tells the steps as they come, says why if it can't end well, and returns the
 * exit code that the verdict means, or GONE. */
static int follow(struct talk *talk)
{
    int code = ask(talk);

    while (code == MORE || code == TAKEN) {
        const char *line = dialogue_line(talk->dialogue);
        char *visible = line != NULL ? text_visible(line) : NULL;

        code = visible != NULL ? tell(talk, visible) : unheard(talk);
        free(visible);
        if (code == TAKEN)
            limit_result(talk);
    }
    return code;
}

/* Of one that can't be watched it is believed. */
static bool has_ended(int pidfd, int timeout)
{
    struct pollfd pfd = {.fd = pidfd, .events = POLLIN};

    return pidfd == -1 || poll(&pfd, 1, timeout) == 1;
}

/* The verdict comes before the end of the supervisor, and who starts the server again at once wants
 * its pid file, its name and its ports free. One that goes away without a word has done what was
 * asked. Process 1, that of the container we are in, takes us with it, and waits until we have gone
 * (front/ctl/visitors). */
static int follow_to_end(struct talk *talk)
{
    int pidfd = talk->supervisor == 1 ? -1 : pidfd_open(talk->supervisor, 0);
    int code = follow(talk);

    if (code == EXIT_DONE && !has_ended(pidfd, deadline_left(talk->deadline)))
        code = timed_out(talk);
    else if (code == GONE && has_ended(pidfd, LAST_WORDS))
        code = EXIT_DONE;
    if (pidfd != -1)
        close(pidfd);
    return code;
}

static int gone(struct talk *talk)
{
    return conclude(
        talk, EXIT_FAILED, "failed", "",
        talk->request->ends
            ? "supervisor %d hung up and is still there, and the %s isn't over: see its log"
            : "supervisor %d went away before the %s was over: see its log",
        talk->supervisor, talk->request->what);
}

static int carry_out(struct talk *talk)
{
    int code = reach(talk);

    if (code != EXIT_DONE)
        return code;
    code = talk->request->ends ? follow_to_end(talk) : follow(talk);
    dialogue_close(talk->dialogue);
    if (code == GONE)
        code = gone(talk);
    explain(talk, code);
    return code;
}

static void print_outcome(struct talk *talk, int code, int64_t began)
{
    struct json_object *status = NULL;

    if (code == EXIT_DONE)
        outcome_text(talk->outcome, "result", "done");
    if (talk->supervisor != 0 && !(talk->request->ends && code == EXIT_DONE))
        status = ask_status(talk);
    if (status != NULL)
        outcome_generation(talk->outcome, status);
    json_object_put(status);
    outcome_seconds(talk->outcome, clock_ms() - began);
    outcome_print(talk->outcome);
}

static struct talk talk_new(const struct request *request, const struct request_target *target)
{
    struct talk talk = {.request = request, .target = target, .outcome = outcome_new(target->text)};

    if (request->named)
        snprintf(talk.name, sizeof(talk.name), "%.100s: ", target->text);
    return talk;
}

int request_run(const struct request *request, const struct request_target *target)
{
    struct talk talk = talk_new(request, target);
    int64_t began = clock_ms();
    int code = carry_out(&talk);

    if (request->json)
        print_outcome(&talk, code, began);
    else
        json_object_put(talk.outcome);
    return code;
}

void request_skip(const struct request *request, const struct request_target *target)
{
    struct talk talk = talk_new(request, target);

    conclude(&talk, EXIT_FAILED, "skipped", "", "no %s, after the failure of another one",
             request->what);
    if (request->json)
        outcome_print(talk.outcome);
    else
        json_object_put(talk.outcome);
}
