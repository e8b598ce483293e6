/* SPDX-License-Identifier: ISC */
#include "probe/picture/live.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/words/figures.h"
#include "probe/words/screen.h"

enum { LINE_LENGTH = 256 };

/* As of the last line; there is one run and one terminal. */
static struct {
    int64_t at;
    uint64_t answers;
    bool shown;
} last;

bool live_wanted(void)
{
    const char *term = getenv("TERM");

    return isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

/* Opened anew: O_NONBLOCK of standard error itself would be that of the shell, too. Where that
 * isn't allowed (the terminal of another user) poll() has to do, after which a long line may block.
 */
static int nonblocking(void)
{
    static int fd = -1;

    if (fd < 0)
        fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return fd >= 0 ? fd : STDERR_FILENO;
}

/* One write() for a line: what is written in parts flickers. */
static bool show(const char *line)
{
    int fd = nonblocking();
    struct pollfd ready = {.fd = fd, .events = POLLOUT};

    return poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0 &&
           write(fd, line, strlen(line)) > 0;
}

static void say_restart(FILE *line, const struct result *result, unsigned of)
{
    unsigned n = result_restarts(result);

    if (n == 0)
        return;
    fprintf(line, "   restart %u", n);
    if (of > 0)
        fprintf(line, " of %u", of);
    if (result->windows[result->windows_used - 1].restart_end == 0)
        fputs(" under way", line);
}

static void say(FILE *line, const struct result *result, int64_t now, unsigned of)
{
    int64_t since = now > last.at ? now - last.at : 1;
    uint64_t answers = result_answers(result) - last.answers;
    /* From the slot on in which the last line was written. */
    struct slot slot = timeline_sum(&result->timeline, last.at - result->timeline.width, now);

    /* In the order in which it matters: a narrow terminal cuts off the end. */
    fprintf(line, "%7.1f s", (double)now / 1e9);
    fprintf(line, "%10s/s",
            figure_count((uint64_t)((double)answers * 1e9 / (double)since + 0.5)).text);
    fprintf(line, "   failed %s", figure_count(result_failed(result)).text);
    fprintf(line, "   slowest %-8s",
            answers > 0 ? figure_duration(slot.slowest * (int64_t)1000).text : "-");
    say_restart(line, result, of);
}

void live_update(const struct result *result, int64_t now, unsigned of)
{
    char text[LINE_LENGTH] = "", shown[LINE_LENGTH + 8];
    FILE *line = fmemopen(text, sizeof(text), "w");
    int columns = (int)terminal_columns(stderr) - 1; /* in the last one a terminal may wrap */

    if (line == NULL)
        return;
    say(line, result, now, of);
    fclose(line);
    /* ASCII, so that bytes are columns; erased behind it and not before it: that would flicker. */
    snprintf(shown, sizeof(shown), "\r%.*s\033[K", columns, text);
    last.shown |= show(shown);
    last.at = now;
    last.answers = result_answers(result);
}

void live_end(void)
{
    if (last.shown)
        show("\r\033[K");
    last.shown = false;
}
