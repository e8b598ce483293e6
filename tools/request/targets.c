/* SPDX-License-Identifier: ISC */
#include "request/targets.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command_line/exit_codes.h"
#include "command_line/option.h"
#include "probe/words/text.h"
#include "supervisors/answer.h"
#include "supervisors/deadline.h"
#include "supervisors/dialogue.h"
#include "supervisors/orphan.h"
#include "supervisors/runtime.h"

static void append(struct targets *targets, struct request_target target)
{
    targets->list = reallocarray(targets->list, targets->n + 1, sizeof(*targets->list));
    if (targets->list == NULL)
        err(EXIT_FAILED, NULL);
    targets->list[targets->n++] = target;
}

struct targets targets_named(char **words, size_t n)
{
    struct targets targets = {.code = EXIT_DONE};

    for (size_t i = 0; i < n; i++) {
        if (*words[i] == '\0')
            option_error("TARGET is empty: a name or a pid");
        append(&targets, (struct request_target){.text = words[i]});
    }
    return targets;
}

/* A server can call itself anything. */
static void append_known(struct targets *targets, pid_t pid, struct json_object *status)
{
    append(targets, (struct request_target){.text = text_visible(answer_text(status, "name")),
                                            .supervisor = pid});
}

static void gather(pid_t pid, struct json_object *status, int error, void *data)
{
    struct targets *targets = data;

    if (status != NULL) {
        append_known(targets, pid, status);
    } else if (error == ETIMEDOUT) {
        targets->code = dialogue_silent(pid, "");
    } else {
        warnx("can't ask supervisor %d: %s", (int)pid, strerror(error));
        targets->code = EXIT_FAILED;
    }
}

/* Of other users: none of them makes what root wants fail. */
static void gather_other(pid_t pid, struct json_object *status, int error, void *data)
{
    if (status != NULL)
        append_known(data, pid, status);
    else if (error == ETIMEDOUT)
        dialogue_silent(pid, "");
}

struct targets targets_all(void)
{
    struct targets targets = {.code = EXIT_DONE};

    answer_each(gather, &targets, clock_ms() + ANSWER_PATIENCE);
    answer_each_elsewhere(gather_other, &targets, clock_ms() + ANSWER_PATIENCE);
    if (targets.n > 0 || targets.code != EXIT_DONE)
        return targets;
    warnx("no servers run under grace (looked in %s)", runtime_path());
    orphan_hint();
    exit(EXIT_NO_TARGET);
}
