/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/devlog.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <stdio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 4200 };

static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = _PATH_LOG};
static int datagrams = -1, stream = -1;

static void forget(int *fd)
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
        if (connect(stream, (const struct sockaddr *)&address, sizeof address) < 0)
            forget(&stream);
    }
    if (send(stream, line, size + 1, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)size + 1)
        return true;
    forget(&stream);
    return false;
}

static bool send_line(const char *line, size_t size)
{
    if (datagrams < 0)
        datagrams = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (sendto(datagrams, line, size, MSG_NOSIGNAL | MSG_DONTWAIT,
               (const struct sockaddr *)&address, sizeof address) >= 0)
        return true;
    return errno == EPROTOTYPE && send_stream(line, size);
}

bool devlog_send(int priority, const char *text)
{
    char line[LINE], when[32];
    time_t now = time(NULL);
    struct tm tm;
    int n;

    localtime_r(&now, &tm);
    strftime(when, sizeof when, "%b %e %H:%M:%S", &tm);
    n = snprintf(line, sizeof line, "<%d>%s grace[%d]: %s", LOG_DAEMON | priority, when,
                 (int)getpid(), text);
    return send_line(line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
}
