/* SPDX-License-Identifier: ISC */
#include "probe/words/screen.h"

#include <sys/ioctl.h>

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

unsigned terminal_columns(FILE *stream)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    int fd = fileno(stream); /* -1 for a stream in memory */

    if (columns != NULL && atoi(columns) > 0)
        return (unsigned)atoi(columns);
    if (fd >= 0 && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

bool terminal_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool terminal_colour(FILE *stream)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    int fd = fileno(stream);

    return fd >= 0 && isatty(fd) && (no_color == NULL || *no_color == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}
