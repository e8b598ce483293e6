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

#include "deadline.h"
#include "dialogue.h"
#include "option.h"
#include "proc.h"
#include "protocol/user_socket.h"
#include "target.h"
#include "text.h"

enum { LAST_WORDS = 1000 }; /* milliseconds between hanging up and exiting */

/* A restart takes those after the first. */
static const struct option options[] = {{"drain", no_argument, NULL, 'd'},
                                        {"timeout", required_argument, NULL, 't'},
                                        {"help", no_argument, NULL, 'h'},
                                        {0}};

struct request {
    const char *what, *line; /* in messages, to the supervisor */
    int64_t deadline;
    struct dialogue *dialogue;
    int supervisor;
};

static struct request request_begin(int argc, char **argv, const char *line,
                                    const struct option *longs)
{
    struct request request = {.what = argv[0], .line = line};
    int64_t timeout = CLOCK_NEVER;
    const char *target;
    int c;

    while ((c = option_next(argc, argv, ":h", longs)) != -1) {
        if (c == 'd')
            request.line = USER_SOCKET_DRAIN;
        else
            timeout = option_duration("--timeout", optarg);
    }
    target = option_target(argc, argv, true);
    request.deadline = clock_ms() + timeout;
    request.dialogue = target_connect(target, request.deadline);
    request.supervisor = dialogue_pid(request.dialogue);
    return request;
}

static int timed_out(const struct request *request)
{
    if (proc_stopped(request->supervisor))
        return dialogue_silent(request->supervisor);
    warnx("the %s isn't over in time and goes on: see 'grace status %d'", request->what,
          request->supervisor);
    return EXIT_TIMED_OUT;
}

/* What is no exit code: there is more to come; the supervisor closed the conversation without a
 * verdict, and nothing was printed about that. */
enum { MORE = -2, GONE = -1 };

static const struct {
    const char *word;
    int code;
    const char *complaint;
} answers[] = {
    {USER_SOCKET_STEP " ", MORE, NULL},
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

/* Sends the request, prints the steps as they come, says why if it can't end well, and returns the
 * exit code that the verdict means, or GONE. */
static int follow(const struct request *request)
{
    int code = dialogue_send(request->dialogue, request->line) == 0 ? MORE : GONE;

    while (code == MORE) {
        const char *line = dialogue_line(request->dialogue);
        if (line != NULL) {
            char *visible = text_visible(line);
            code = tell(request, visible);
            free(visible);
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
