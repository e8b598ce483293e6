/* SPDX-License-Identifier: ISC */
#include "supervisor/state/log.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "supervisor/kernel/devlog.h"
#include "supervisor/kernel/io.h"
#include "supervisor/state/line.h"

enum { LINE = 1024 };

static int log_fd = STDERR_FILENO;
static bool to_stderr = true, to_syslog;
static unsigned lost; /* lines that nobody took */
static enum log_level threshold = LEVEL_INFO;

void (*log_listener)(const char *line);

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
    log_fd = io_open(AT_FDCWD, where, O_WRONLY | O_APPEND | O_CREAT, true);
    if (log_fd >= 0)
        return true;
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

static bool put(enum log_level level, const char *text)
{
    static const int priority[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
    char line[LINE + 32];
    int n;

    if (to_syslog)
        return devlog_send(priority[level], text);
    n = snprintf(line, sizeof line, "grace[%d]: %s\n", (int)getpid(), text);
    return io_write(log_fd, line, (size_t)n);
}

/* A log that nobody reads, or that is gone, must not stop the server's keeper. */
static void log_write(enum log_level level, const char *text)
{
    char notice[80];

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
    line_escape(text, sizeof text, raw);
    if (level <= threshold)
        log_write(level, text);
    if (level <= LEVEL_INFO && log_listener)
        log_listener(text);
    errno = saved;
}
