/* SPDX-License-Identifier: ISC */
#include "grace.h"

#include <err.h>

#include "ctl.h"
#include "duration.h"
#include "follow.h"
#include "target.h"

int cmd_restart(int argc, char **argv)
{
    static const struct option options[] = {
        {"timeout", required_argument, NULL, 't'}, {"help", no_argument, NULL, 'h'}, {0}};
    int64_t timeout = DURATION_NONE, deadline;
    const char *target;
    struct ctl *ctl;
    int code;

    while (option_next(argc, argv, ":h", options) != -1)
        timeout = duration_option("--timeout", optarg);
    target = option_target(argc, argv, true);
    deadline = deadline_after(timeout);
    ctl = target_connect(target, deadline);
    code = follow(ctl, "restart", "restart", deadline);
    if (code == FOLLOW_GONE) {
        warnx("supervisor %d went away before the restart was over: see its log",
              (int)ctl_pid(ctl));
        code = EXIT_FAILED;
    }
    ctl_close(ctl);
    return code;
}
