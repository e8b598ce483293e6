/* SPDX-License-Identifier: ISC */
/* The last lines of a supervisor's log, wherever that goes, and those to come. */
#include "grace.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_line/exit_codes.h"
#include "command_line/option.h"
#include "probe/words/text.h"
#include "protocol/user_socket.h"
#include "supervisors/answer.h"
#include "supervisors/deadline.h"
#include "supervisors/target.h"

struct reader {
    struct dialogue *dialogue;
    bool follows;
};

enum { MORE_LINES = -1 };

static int complain(const struct reader *reader, const char *answer)
{
    if (strcmp(answer, USER_SOCKET_FAILED " " USER_SOCKET_UNKNOWN) == 0)
        warnx("supervisor %d is of another version, which keeps no lines of its log",
              (int)dialogue_pid(reader->dialogue));
    else
        warnx("pid %d doesn't speak like a supervisor of this version: '%.60s'",
              (int)dialogue_pid(reader->dialogue), answer);
    return EXIT_FAILED;
}

static int read_line(const struct reader *reader, const char *line)
{
    static const char beginning[] = USER_SOCKET_LINE " ";

    if (strncmp(line, beginning, strlen(beginning)) == 0) {
        puts(line + strlen(beginning));
        return MORE_LINES;
    }
    if (strcmp(line, USER_SOCKET_DONE " ") == 0)
        return EXIT_DONE;
    if (strcmp(line, USER_SOCKET_TAKEN " ") != 0)
        return complain(reader, line);
    dialogue_limit(reader->dialogue, CLOCK_NEVER);
    return MORE_LINES;
}

/* When it has gone there is nothing more to follow. */
static int hung_up(const struct reader *reader)
{
    int pid = (int)dialogue_pid(reader->dialogue);

    if (errno == ETIMEDOUT)
        return dialogue_silent(pid, "");
    if (errno != 0 && errno != ECONNRESET)
        err(EXIT_FAILED, "can't read the answer of supervisor %d", pid);
    poll(NULL, 0, 100); /* it closes its socket just before it ends */
    if (reader->follows && kill(pid, 0) != 0 && errno == ESRCH)
        return EXIT_DONE;
    warnx("supervisor %d has hung up: lines were not read in time, or others asked", pid);
    return EXIT_FAILED;
}

static int read_all(const struct reader *reader)
{
    int code = MORE_LINES;

    while (code == MORE_LINES) {
        const char *line = dialogue_line(reader->dialogue);
        char *visible = line != NULL ? text_visible(line) : NULL;

        code = visible != NULL ? read_line(reader, visible) : hung_up(reader);
        free(visible);
    }
    return code;
}

static unsigned long long line_count(const char *text)
{
    const char *error;
    long long n = strtonum(text, 0, 1000000, &error);

    if (error != NULL)
        option_error("%s '%s' isn't a number from 0 to 1000000", option_typed(), text);
    return (unsigned long long)n;
}

int cmd_logs(int argc, char **argv)
{
    static const struct option options[] = {{"follow", no_argument, NULL, 'f'},
                                            {"lines", required_argument, NULL, 'n'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    struct reader reader = {.follows = false};
    unsigned long long lines = 1000000;
    char request[48];
    int c, code;

    while ((c = option_next(argc, argv, ":hfn:", options)) != -1) {
        if (c == 'f')
            reader.follows = true;
        else
            lines = line_count(optarg);
    }
    reader.dialogue = target_connect(option_target(argc, argv, true), clock_ms() + ANSWER_PATIENCE,
                                     EXIT_TIMED_OUT);
    snprintf(request, sizeof(request), "%s%llu",
             reader.follows ? USER_SOCKET_FOLLOW : USER_SOCKET_LOGS, lines);
    if (dialogue_send(reader.dialogue, request) != 0)
        err(EXIT_FAILED, "can't ask supervisor %d", (int)dialogue_pid(reader.dialogue));
    code = read_all(&reader);
    dialogue_close(reader.dialogue);
    return code;
}
