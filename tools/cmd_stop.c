/* SPDX-License-Identifier: ISC */
#include "grace.h"

#include <sys/pidfd.h>

#include <err.h>
#include <poll.h>
#include <unistd.h>

#include "deadline.h"
#include "dialogue.h"
#include "follow.h"
#include "option.h"
#include "protocol/clock.h"
#include "protocol/user_socket.h"
#include "target.h"

enum { LAST_WORDS = 1000 }; /* milliseconds between hanging up and exiting */

struct request {
    const char *target, *line;
    int64_t deadline;
};

static void parse(int argc, char **argv, struct request *request)
{
    static const struct option options[] = {{"drain", no_argument, NULL, 'd'},
                                            {"timeout", required_argument, NULL, 't'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    int64_t timeout = CLOCK_NEVER;
    int c;

    request->line = USER_SOCKET_STOP;
    while ((c = option_next(argc, argv, ":h", options)) != -1) {
        if (c == 'd')
            request->line = USER_SOCKET_DRAIN;
        else
            timeout = option_duration("--timeout", optarg);
    }
    request->target = option_target(argc, argv, true);
    request->deadline = deadline_after(timeout);
}

/* The verdict comes before the end of the supervisor, and who starts the server again at once
 * wants its pid file, its name and its ports free. */
static int wait_gone(int pidfd, pid_t pid, int64_t deadline)
{
    struct pollfd pfd = {.fd = pidfd, .events = POLLIN};

    if (pidfd == -1 || poll(&pfd, 1, deadline_left(deadline)) == 1)
        return EXIT_DONE;
    return follow_timed_out(pid, "stop");
}

/* A supervisor that goes away without a word has done what was asked. */
static int check_gone(int pidfd, pid_t pid)
{
    struct pollfd pfd = {.fd = pidfd, .events = POLLIN};

    if (pidfd == -1 || poll(&pfd, 1, LAST_WORDS) == 1)
        return EXIT_DONE;
    warnx("supervisor %d hung up and is still there: see its log", (int)pid);
    return EXIT_FAILED;
}

int cmd_stop(int argc, char **argv)
{
    struct request request;
    struct dialogue *dialogue;
    int code, pidfd;

    parse(argc, argv, &request);
    dialogue = target_connect(request.target, request.deadline);
    pidfd = pidfd_open(dialogue_pid(dialogue), 0);
    code = follow(dialogue, "stop", request.line);
    if (code == EXIT_DONE)
        code = wait_gone(pidfd, dialogue_pid(dialogue), request.deadline);
    else if (code == FOLLOW_GONE)
        code = check_gone(pidfd, dialogue_pid(dialogue));
    if (pidfd != -1)
        close(pidfd);
    dialogue_close(dialogue);
    return code;
}
