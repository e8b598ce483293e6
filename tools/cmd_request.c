/* SPDX-License-Identifier: ISC */
/* Restart and stop: requests that take their time, told step by step. */
#include "grace.h"

#include <sys/pidfd.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "deadline.h"
#include "dialogue.h"
#include "option.h"
#include "probe/words/text.h"
#include "proc.h"
#include "protocol/user_socket.h"
#include "target.h"

enum {
    LAST_WORDS = 1000,   /* milliseconds between hanging up and exiting */
    ASKING_LEAST = 5000, /* for the supervisor to take a request, whatever the timeout is */
    STOPPED_AGAIN = 100, /* one that is stopped would take it later */
};

/* A restart takes those after the first. */
static const struct option options[] = {{"drain", no_argument, NULL, 'd'},
                                        {"timeout", required_argument, NULL, 't'},
                                        {"help", no_argument, NULL, 'h'},
                                        {0}};

struct request {
    const char *what, *line; /* in messages, to the supervisor */
    int64_t timeout;         /* for the result, after the request is taken */
    int64_t deadline;        /* of what is waited for: first of the asking, then of the result */
    struct dialogue *dialogue;
    int supervisor;
};

/* Of a name or a pid it may not be known. */
static void say_whose(const struct dialogue *dialogue)
{
    uid_t user = dialogue_user(dialogue);

    if (user != geteuid())
        printf("server %d of %s\n", (int)dialogue_pid(dialogue), answer_user(user));
}

static struct request request_begin(int argc, char **argv, const char *line,
                                    const struct option *longs)
{
    struct request request = {.what = argv[0], .line = line, .timeout = CLOCK_NEVER};
    const char *target;
    int c;

    while ((c = option_next(argc, argv, ":h", longs)) != -1) {
        if (c == 'd')
            request.line = USER_SOCKET_DRAIN;
        else
            request.timeout = option_duration(optarg);
    }
    target = option_target(argc, argv, true);
    request.deadline =
        clock_ms() + (request.timeout > ASKING_LEAST ? request.timeout : ASKING_LEAST);
    request.dialogue = target_connect(target, request.deadline, EXIT_FAILED);
    request.supervisor = dialogue_pid(request.dialogue);
    say_whose(request.dialogue);
    return request;
}

static int not_taken(const struct request *request)
{
    return dialogue_silent(request->supervisor, ", and has the request");
}

static int timed_out(const struct request *request)
{
    if (proc_stopped(request->supervisor))
        return not_taken(request);
    warnx("the %s isn't over in time and goes on: see 'grace status %d'", request->what,
          request->supervisor);
    return EXIT_TIMED_OUT;
}

/* What is no exit code: the request is taken; there is more to come; the supervisor closed the
 * conversation without a verdict, and nothing was printed about that. */
enum { TAKEN = -3, MORE = -2, GONE = -1 };

static const struct {
    const char *word;
    int code;
    const char *complaint;
} answers[] = {
    {USER_SOCKET_STEP " ", MORE, NULL},
    {USER_SOCKET_TAKEN " ", TAKEN, NULL},
    {USER_SOCKET_DONE " ", EXIT_DONE, NULL},
    {USER_SOCKET_FAILED " ", EXIT_FAILED, "failed"},
    {USER_SOCKET_BUSY " ", EXIT_FAILED, "refused"},
};

static int tell(const struct request *request, const char *line)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        size_t n = strlen(answers[i].word);
        if (strncmp(line, answers[i].word, n) != 0)
            continue;
        if (answers[i].complaint != NULL)
            warnx("%s %s: %s", request->what, answers[i].complaint, line + n);
        else if (answers[i].code == MORE)
            puts(line + n); /* the text of `done` only repeats the last step */
        return answers[i].code;
    }
    warnx("pid %d doesn't speak like a supervisor of this version: '%.60s'", request->supervisor,
          line);
    return EXIT_FAILED;
}

/* From here on the user's own time runs. */
static void limit_result(struct request *request)
{
    request->deadline = clock_ms() + request->timeout;
    dialogue_limit(request->dialogue, request->deadline);
}

/* False: it has not said a word, and is stopped or takes too long. */
static bool is_heard(const struct request *request)
{
    int64_t patience = clock_ms() + request->timeout, now;

    do {
        now = clock_ms();
        if (dialogue_has_answer(request->dialogue, now + STOPPED_AGAIN))
            return true;
    } while (now < request->deadline && !(now >= patience && proc_stopped(request->supervisor)));
    return false;
}

static int ask(const struct request *request)
{
    if (dialogue_send(request->dialogue, request->line) != 0)
        return GONE;
    return is_heard(request) ? MORE : not_taken(request);
}

/* Sends the request, prints the steps as they come, says why if it can't end well, and returns the
 * exit code that the verdict means, or GONE. */
static int follow(struct request *request)
{
    int code = ask(request);

    while (code == MORE || code == TAKEN) {
        const char *line = dialogue_line(request->dialogue);
        if (line != NULL) {
            char *visible = text_visible(line);
            code = tell(request, visible);
            free(visible);
            if (code == TAKEN)
                limit_result(request);
        } else if (errno == 0 || errno == ECONNRESET) {
            code = GONE;
        } else if (errno == ETIMEDOUT) {
            code = timed_out(request);
        } else {
            err(EXIT_FAILED, "can't read the answer of supervisor %d", request->supervisor);
        }
    }
    return code;
}

int cmd_restart(int argc, char **argv)
{
    struct request request = request_begin(argc, argv, USER_SOCKET_RESTART, options + 1);
    int code = follow(&request);

    dialogue_close(request.dialogue);
    if (code != GONE)
        return code;
    warnx("supervisor %d went away before the restart was over: see its log", request.supervisor);
    return EXIT_FAILED;
}

/* Of one that can't be watched it is believed. */
static bool has_ended(int pidfd, int timeout)
{
    struct pollfd pfd = {.fd = pidfd, .events = POLLIN};

    return pidfd == -1 || poll(&pfd, 1, timeout) == 1;
}

int cmd_stop(int argc, char **argv)
{
    struct request request = request_begin(argc, argv, USER_SOCKET_STOP, options);
    int pidfd = pidfd_open(request.supervisor, 0);
    int code = follow(&request);

    dialogue_close(request.dialogue);
    /* The verdict comes before the end of the supervisor, and who starts the server again at once
     * wants its pid file, its name and its ports free. */
    if (code == EXIT_DONE)
        return has_ended(pidfd, deadline_left(request.deadline)) ? EXIT_DONE : timed_out(&request);
    if (code != GONE)
        return code;
    /* One that goes away without a word has done what was asked. */
    if (has_ended(pidfd, LAST_WORDS))
        return EXIT_DONE;
    warnx("supervisor %d hung up and is still there: see its log", request.supervisor);
    return EXIT_FAILED;
}
