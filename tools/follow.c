/* SPDX-License-Identifier: ISC */
#include "follow.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grace.h"
#include "proc.h"
#include "protocol/user_socket.h"
#include "text.h"

int follow_silent(pid_t supervisor)
{
    int pid = (int)supervisor;

    if (proc_stopped(supervisor))
        warnx("supervisor %d doesn't answer because it is stopped: kill -CONT %d", pid, pid);
    else
        warnx("supervisor %d doesn't answer: see its log", pid);
    return EXIT_TIMED_OUT;
}

int follow_timed_out(pid_t supervisor, const char *what)
{
    if (proc_stopped(supervisor))
        return follow_silent(supervisor);
    warnx("the %s isn't over in time and goes on: see 'grace status %d'", what, (int)supervisor);
    return EXIT_TIMED_OUT;
}

enum { MORE = FOLLOW_GONE - 1 };

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

static int tell(pid_t supervisor, const char *what, const char *line)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        size_t n = strlen(answers[i].word);
        if (strncmp(line, answers[i].word, n) != 0)
            continue;
        if (answers[i].complaint != NULL)
            warnx("%s %s: %s", what, answers[i].complaint, line + n);
        else if (answers[i].code == MORE)
            puts(line + n); /* the text of `done` only repeats the last step */
        return answers[i].code;
    }
    warnx("pid %d doesn't speak like a supervisor of this version: '%.60s'", (int)supervisor, line);
    return EXIT_FAILED;
}

int follow(struct dialogue *dialogue, const char *what, const char *request)
{
    pid_t supervisor = dialogue_pid(dialogue);
    int code = dialogue_send(dialogue, request) == 0 ? MORE : FOLLOW_GONE;

    while (code == MORE) {
        const char *line = dialogue_line(dialogue);
        if (line != NULL) {
            char *visible = text_visible(line);
            code = tell(supervisor, what, visible);
            free(visible);
        } else if (errno == 0 || errno == ECONNRESET) {
            code = FOLLOW_GONE;
        } else if (errno == ETIMEDOUT) {
            code = follow_timed_out(supervisor, what);
        } else {
            err(EXIT_FAILED, "can't read the answer of supervisor %d", (int)supervisor);
        }
    }
    return code;
}
