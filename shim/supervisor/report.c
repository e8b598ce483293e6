/* SPDX-License-Identifier: ISC */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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

static void use_syslog(void)
{
    openlog("grace", LOG_PID, LOG_DAEMON);
    to_syslog = true;
}

bool report_open(const char *where, enum report_level least)
{
    threshold = least;
    if (strcmp(where, "stderr") == 0)
        return true;
    if (strcmp(where, "syslog") == 0) {
        use_syslog();
        return true;
    }
    log_fd = open(where, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (log_fd >= 0)
        return true;
    log_fd = STDERR_FILENO;
    return false;
}

void report_stderr_ends(void)
{
    if (log_fd != STDERR_FILENO || to_syslog)
        return;
    report(REPORT_INFO, "the server has given up standard error: the log goes to syslog");
    use_syslog();
}

/* A log that nobody reads, or that is gone, must not stop the server's keeper. */
static void write_line(const char *line, size_t size)
{
    struct pollfd log = {.fd = log_fd, .events = POLLOUT};

    if (poll(&log, 1, 0) == 1)
        while (write(log_fd, line, size) < 0 && errno == EINTR)
            ;
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
    write_line(line, (size_t)n);
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
