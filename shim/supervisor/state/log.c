/* SPDX-License-Identifier: ISC */
#include "supervisor/state/log.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "supervisor/kernel/io.h"
#include "supervisor/state/escape.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log_file.h"
#include "supervisor/state/log_tail.h"

enum { LINE = 1024 };

static int log_fd = STDERR_FILENO;
static bool to_stderr = true, to_syslog;
static const char *file; /* its path, NULL: it is none */
static unsigned lost;    /* lines that nobody took */
static enum log_level threshold = LEVEL_INFO;

static const struct sockaddr_un syslogd = {.sun_family = AF_UNIX, .sun_path = _PATH_LOG};
static int datagrams = -1, stream = -1; /* to it */

/* Whoever shares a pipe or a terminal can fill it and make it blocking; a description of our own
 * stays as it is. */
static void use_stderr(void)
{
    struct stat st;
    bool shared = fstat(STDERR_FILENO, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode));
    int own = shared ? io_reopen(0, STDERR_FILENO, O_WRONLY) : -1;

    log_fd = own >= 0 ? own : STDERR_FILENO;
}

bool log_open(const char *where, enum log_level least)
{
    threshold = least;
    to_stderr = strcmp(where, "stderr") == 0;
    to_syslog = strcmp(where, "syslog") == 0;
    if (to_stderr)
        use_stderr();
    if (to_stderr || to_syslog)
        return true;
    log_fd = log_file_open(where);
    file = where;
    if (log_fd >= 0)
        return true;
    file = NULL;
    log_fd = STDERR_FILENO;
    to_stderr = true;
    return false;
}

void log_stderr_ends(void)
{
    if (!to_stderr)
        return;
    log_line(LEVEL_INFO, "the server has given up standard error: the log goes to syslog");
    if (log_fd != STDERR_FILENO)
        close(log_fd);
    log_fd = -1;
    to_stderr = false;
    to_syslog = true;
}

int log_output(void)
{
    return file && log_fd >= 0 ? log_fd : STDERR_FILENO;
}

static void close_socket(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* syslog-ng can be told to read a stream: there a zero byte ends a line. */
static bool send_stream(const char *line, size_t size)
{
    if (stream < 0) {
        stream = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (connect(stream, (const struct sockaddr *)&syslogd, sizeof syslogd) < 0)
            close_socket(&stream);
    }
    if (send(stream, line, size + 1, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size + 1)
        return true;
    close_socket(&stream);
    return false;
}

/* syslog(3) waits for a syslogd that does not read; this does not. */
static bool put_syslog(int priority, const char *text)
{
    char line[LINE + 64], when[32];
    time_t now = time(NULL);
    struct tm tm;
    int n;

    localtime_r(&now, &tm);
    strftime(when, sizeof when, "%b %e %H:%M:%S", &tm);
    n = snprintf(line, sizeof line, "<%d>%s grace[%d]: %s", LOG_DAEMON | priority, when,
                 (int)getpid(), text);
    if (datagrams < 0)
        datagrams = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (sendto(datagrams, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT,
               (const struct sockaddr *)&syslogd, sizeof syslogd) >= 0)
        return true;
    return errno == EPROTOTYPE && send_stream(line, (size_t)n);
}

static bool put(enum log_level level, const char *text)
{
    static const int priority[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
    char line[LINE + 32];
    int n;

    if (to_syslog)
        return put_syslog(priority[level], text);
    n = snprintf(line, sizeof line, "grace[%d]: %s\n", (int)getpid(), text);
    return io_write(log_fd, line, (size_t)n);
}

static void follow_file(void)
{
    const char *why;
    char notice[LINE];

    log_fd = log_file_follow(&why);
    if (!why)
        return;
    snprintf(notice, sizeof notice, "this log is no longer %.*s, which can't be opened: %s",
             LINE / 2, file, why);
    put(LEVEL_WARNING, notice);
}

/* A log that nobody reads, or that is gone, must not stop the server's keeper. */
static void log_write(enum log_level level, const char *text)
{
    char notice[80];

    if (file)
        follow_file();
    if (lost > 0) {
        snprintf(notice, sizeof notice, "%u line%s of this log are lost: nobody has read it", lost,
                 lost == 1 ? "" : "s");
        if (put(LEVEL_WARNING, notice))
            lost = 0;
    }
    lost += lost > 0 || !put(level, text);
}

void log_line(enum log_level level, const char *format, ...)
{
    char raw[LINE], text[LINE];
    int saved = errno;
    va_list list;

    va_start(list, format);
    vsnprintf(raw, sizeof raw, format, list);
    va_end(list);
    escape_text(text, sizeof text, raw);
    if (level <= threshold) {
        log_write(level, text);
        log_tail_add(text);
    }
    if (level <= LEVEL_INFO)
        event(EVENT_LINE, 0, text);
    errno = saved;
}
