/* SPDX-License-Identifier: ISC */
/* Can a UNIX socket be reached? */
#ifndef REACH_H
#define REACH_H

#include <sys/socket.h>
#include <sys/un.h>
#include <stdbool.h>
#include <unistd.h>

static inline bool listens(int fd)
{
    int listening = 0;
    socklen_t len = sizeof listening;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening;
}

/* Who finds the name of fd is in its queue. */
static inline bool finds(int fd, int type)
{
    struct sockaddr_un name = {0};
    socklen_t len = sizeof name;
    int client = socket(AF_UNIX, type, 0);
    bool connected = getsockname(fd, (struct sockaddr *)&name, &len) == 0 &&
                     connect(client, (struct sockaddr *)&name, len) == 0;

    close(client);
    return connected;
}

#endif
