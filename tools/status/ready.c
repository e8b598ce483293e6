/* SPDX-License-Identifier: ISC */
#include "status/ready.h"

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_line/exit_codes.h"
#include "command_line/option.h"
#include "protocol/user_socket.h"
#include "supervisors/answer.h"
#include "supervisors/deadline.h"
#include "supervisors/runtime.h"
#include "supervisors/target.h"

struct found {
    size_t n;
    pid_t pid;
    char names[256];
};

/* One that doesn't answer is there all the same. */
static void note(pid_t pid, struct json_object *status, int error, void *data)
{
    struct found *found = data;
    size_t used = strlen(found->names);

    if (status == NULL && error != ETIMEDOUT)
        return;
    found->n++;
    found->pid = pid;
    snprintf(found->names + used, sizeof(found->names) - used, " %s (%d)",
             answer_text(status, "name"), (int)pid);
}

/* Of one alone nobody needs to know the name: a status takes its time while thousands of
 * connections drain. NULL: it is not so simple. */
static struct dialogue *connect_lone(int64_t deadline)
{
    pid_t *pids;
    size_t n = runtime_list(&pids);
    struct dialogue *dialogue = n == 1 ? dialogue_connect(pids[0], deadline) : NULL;

    free(pids);
    return dialogue;
}

static struct dialogue *connect_only(int64_t deadline)
{
    struct dialogue *lone = connect_lone(deadline);
    struct found found = {0};
    char target[16];

    if (lone != NULL)
        return lone;
    answer_each(note, &found, deadline);
    if (found.n == 0)
        answer_each_elsewhere(note, &found, deadline);
    if (found.n == 0)
        errx(EXIT_NO_TARGET, "no servers run under grace (looked in %s)", runtime_path());
    if (found.n > 1)
        option_error("TARGET is missing, and there are %zu servers:%s", found.n, found.names);
    snprintf(target, sizeof(target), "%d", (int)found.pid);
    return target_supervisor(found.pid, target, deadline, EXIT_TIMED_OUT);
}

static int judge(pid_t pid, const char *line)
{
    static const char failed[] = USER_SOCKET_FAILED " ";

    if (line == NULL && errno == ETIMEDOUT)
        return dialogue_silent(pid, "");
    if (line == NULL)
        errx(EXIT_NO_TARGET, "supervisor %d has ended", (int)pid);
    if (strncmp(line, USER_SOCKET_DONE, strlen(USER_SOCKET_DONE)) == 0)
        return EXIT_DONE;
    if (strncmp(line, failed, strlen(failed)) == 0) {
        warnx("not ready: %s", line + strlen(failed));
        return EXIT_FAILED;
    }
    warnx("supervisor %d can't tell: %.60s", (int)pid, line);
    return EXIT_TIMED_OUT;
}

int ready_ask(const char *target)
{
    int64_t deadline = clock_ms() + ANSWER_PATIENCE;
    struct dialogue *dialogue =
        target != NULL ? target_connect(target, deadline, EXIT_TIMED_OUT) : connect_only(deadline);
    const char *line = NULL;
    int code;

    if (dialogue_send(dialogue, USER_SOCKET_READY) == 0)
        line = dialogue_line(dialogue);
    code = judge(dialogue_pid(dialogue), line);
    dialogue_close(dialogue);
    return code;
}
