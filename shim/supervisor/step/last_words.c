/* SPDX-License-Identifier: ISC */
#include "supervisor/step/last_words.h"

#include <sys/stat.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/user_socket.h"
#include "supervisor/kernel/io.h"

enum { BYTES = 4096, LINES = 10 };

/* What it has is what we have: standard error, or standard output of who writes all to that. */
void last_words_begin(struct generation *g)
{
    struct stat st;

    g->said_fd = 0;
    for (int fd = STDERR_FILENO; fd >= STDOUT_FILENO && !g->said_fd; fd--)
        if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
            g->said_fd = fd;
            g->said_from = st.st_size;
        }
}

/* Of a file that has become shorter all is new. */
static off_t beginning(const struct generation *g, off_t size)
{
    off_t from = size < g->said_from ? 0 : g->said_from;

    return size - from > BYTES ? size - BYTES : from;
}

/* Into bytes[BYTES + 1], as text. False: nothing. */
static bool read_end(const struct generation *g, char *bytes)
{
    int fd = g->said_fd ? io_reopen(0, g->said_fd, O_RDONLY) : -1; /* ours may be to write only */
    struct stat st;
    ssize_t n = -1;

    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        n = pread(fd, bytes, BYTES, beginning(g, st.st_size));
    if (fd >= 0)
        close(fd);
    for (ssize_t i = 0; i < n; i++)
        if (bytes[i] == '\0')
            bytes[i] = ' ';
    bytes[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* Who waits for the restart has been told what is in the log, which may follow a line without an
 * end. */
static void cut_ours(char *line)
{
    char prefix[32], *ours;

    snprintf(prefix, sizeof prefix, "grace[%d]: ", (int)getpid());
    ours = strstr(line, prefix);
    if (ours)
        *ours = '\0';
}

/* The last ones, in their order. */
static unsigned find_lines(char *bytes, const char *lines[LINES])
{
    unsigned n = 0;
    char *line;

    while ((line = strsep(&bytes, "\n"))) {
        cut_ours(line);
        if (*line == '\0')
            continue;
        if (n == LINES)
            memmove(lines, lines + 1, (LINES - 1) * sizeof *lines);
        lines[n < LINES ? n++ : LINES - 1] = line;
    }
    return n;
}

static void say_lines(FILE *text, const struct generation *g, char *bytes)
{
    const char *lines[LINES];
    unsigned n = find_lines(bytes, lines);
    char link[32], path[PATH_MAX];
    ssize_t length;

    for (unsigned i = 0; i < n; i++)
        fprintf(text, USER_SOCKET_SAID "%s\n", lines[i]);
    snprintf(link, sizeof link, "/proc/self/fd/%d", g->said_fd);
    length = readlink(link, path, sizeof path);
    if (n > 0 && length > 0)
        fprintf(text,
                USER_SOCKET_HINT
                "that is the end of %.*s since generation %u started; others write there, too\n",
                (int)length, path, g->number);
}

/* systemd says so of the services whose standard error it takes. */
static bool is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char own[48];
    struct stat st;

    if (!stream || fstat(STDERR_FILENO, &st) < 0)
        return false;
    snprintf(own, sizeof own, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return strcmp(stream, own) == 0;
}

char *last_words(const struct generation *g)
{
    char bytes[BYTES + 1], *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    if (!stream)
        return NULL;
    if (read_end(g, bytes))
        say_lines(stream, g, bytes);
    else if (!g->said_fd && g->main > 0 && is_journal())
        fprintf(stream, USER_SOCKET_HINT "journalctl _PID=%d has what generation %u said\n",
                (int)g->main, g->number);
    if (fclose(stream) == 0 && *text)
        return text;
    free(text);
    return NULL;
}
