/* SPDX-License-Identifier: ISC */
#include "status/watch.h"

#include <sys/ioctl.h>

#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "command_line/exit_codes.h"
#include "probe/words/text.h"

#define HOME        "\033[H"
#define CLEAR       "\033[2J"
#define END_OF_LINE "\033[K"
#define END_OF_PAGE "\033[J"

static volatile sig_atomic_t resized = 1; /* or not painted yet */

static void note_size(int sig)
{
    (void)sig;
    resized = 1;
}

static int count_rows(void)
{
    struct winsize size;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

static void print_clock(FILE *out, int columns)
{
    char when[32], host[65] = "", line[128];
    time_t now = time(NULL);

    strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", localtime(&now));
    gethostname(host, sizeof(host) - 1);
    snprintf(line, sizeof(line), "%s  %s", when, host);
    text_cut(out, line, columns);
    fputs(END_OF_LINE "\n", out);
}

/* The last row stays free, for the cursor. */
static void print_lines(FILE *out, const char *text, int columns)
{
    int rows = count_rows() - 2;

    for (; rows > 0 && *text != '\0'; rows--) {
        text = text_cut(out, text, columns) + 1;
        fputs(END_OF_LINE "\n", out);
    }
    fputs(END_OF_PAGE, out);
}

/* In one write: a terminal that shows half of a picture flickers. */
void watch_paint(const char *text)
{
    int columns = text_columns(stdout);
    char *picture;
    size_t size;
    FILE *out = open_memstream(&picture, &size);

    if (out == NULL)
        err(EXIT_FAILED, "no memory for a picture");
    signal(SIGWINCH, note_size);
    fputs(resized ? HOME CLEAR : HOME, out);
    resized = 0;
    print_clock(out, columns);
    print_lines(out, text, columns);
    if (fclose(out) != 0)
        err(EXIT_FAILED, "no memory for a picture");
    if (write(STDOUT_FILENO, picture, size) < 0)
        err(EXIT_FAILED, "can't write to the terminal");
    free(picture);
}

void watch_pause(void)
{
    if (!resized)
        sleep(1);
}
