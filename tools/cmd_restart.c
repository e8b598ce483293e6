/* SPDX-License-Identifier: ISC */
#include "grace.h"

#include <err.h>

#include "deadline.h"
#include "dialogue.h"
#include "follow.h"
#include "option.h"
#include "protocol/clock.h"
#include "protocol/user_socket.h"
#include "target.h"

int cmd_restart(int argc, char **argv)
{
    static const struct option options[] = {
        {"timeout", required_argument, NULL, 't'}, {"help", no_argument, NULL, 'h'}, {0}};
    int64_t timeout = CLOCK_NEVER, deadline;
    const char *target;
    struct dialogue *dialogue;
    int code;

    while (option_next(argc, argv, ":h", options) != -1)
        timeout = option_duration("--timeout", optarg);
    target = option_target(argc, argv, true);
    deadline = deadline_after(timeout);
    dialogue = target_connect(target, deadline);
    code = follow(dialogue, "restart", USER_SOCKET_RESTART);
    if (code == FOLLOW_GONE) {
        warnx("supervisor %d went away before the restart was over: see its log",
              (int)dialogue_pid(dialogue));
        code = EXIT_FAILED;
    }
    dialogue_close(dialogue);
    return code;
}
