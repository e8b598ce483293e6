/* SPDX-License-Identifier: ISC */
#include "probe/failing.h"

#include <sys/socket.h>

#include <netinet/in.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/running_clock.h"

enum failure failing_errno(int error, bool asked)
{
    switch (error) {
    case ECONNREFUSED:
    case ENOENT: /* of a UNIX path */
        return FAILURE_REFUSED;
    case ECONNRESET:
    case ECONNABORTED:
    case EPIPE:
        return asked ? FAILURE_RESET_AFTER : FAILURE_RESET_BEFORE;
    case ETIMEDOUT:
        return FAILURE_TIMEOUT;
    default:
        return FAILURE_OTHER;
    }
}

void failing_words(char why[WHY_LENGTH], const char *call, int error)
{
    if (error == EPROTO)
        snprintf(why, WHY_LENGTH, "%s: the other side doesn't speak TLS as we do", call);
    else
        snprintf(why, WHY_LENGTH, "%s: %s", call, strerror(error));
}

static unsigned local_port(int fd)
{
    struct sockaddr_storage from;
    socklen_t length = sizeof(from);

    if (fd == -1 || getsockname(fd, (struct sockaddr *)&from, &length) == -1)
        return 0;
    if (from.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&from)->sin_port);
    return from.ss_family == AF_INET6 ? ntohs(((struct sockaddr_in6 *)&from)->sin6_port) : 0;
}

void failing_record(struct let_down *let_down, int fd, struct result *result)
{
    let_down->port = local_port(fd);
    let_down->wall = running_clock_date();
    result_let_down(result, let_down);
}
