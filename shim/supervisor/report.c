/* SPDX-License-Identifier: ISC */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

enum { LINE = 1024 };

static int log_fd = STDERR_FILENO;
static bool to_syslog;
static enum report_level threshold = REPORT_INFO;

void (*report_listener)(const char *line);

bool report_open(const char *where, enum report_level least)
{
    threshold = least;
    if (strcmp(where, "stderr") == 0)
        return true;
    if (strcmp(where, "syslog") == 0) {
        openlog("grace", LOG_PID, LOG_DAEMON);
        to_syslog = true;
        return true;
    }
    log_fd = open(where, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (log_fd >= 0)
        return true;
    log_fd = STDERR_FILENO;
    return false;
}

static void report_write(enum report_level level, const char *text)
{
    static const int priority[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
    char line[LINE + 32];
    int n;

    if (to_syslog) {
        syslog(priority[level], "%s", text);
        return;
    }
    n = snprintf(line, sizeof line, "grace[%d]: %s\n", (int)getpid(), text);
    if (n > (int)sizeof line - 1)
        n = (int)sizeof line - 1;
    /* a log that is full or gone must not stop the server's keeper */
    while (write(log_fd, line, (size_t)n) < 0 && errno == EINTR)
        ;
}

void report(enum report_level level, const char *format, ...)
{
    char text[LINE];
    int saved = errno;
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (level <= threshold)
        report_write(level, text);
    if (level <= REPORT_INFO && report_listener)
        report_listener(text);
    errno = saved;
}
