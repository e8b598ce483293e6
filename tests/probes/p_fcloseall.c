/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static int client;

static int close_streams(void)
{
    int listener = tcp_listener(0), fd = connection(listener, &client);
    FILE *file = fdopen(fd, "r+");
    FILE *other = fopen("file", "w");

    if (!file || !other)
        return 1;
    fputs("text", other);
    TRY(fcloseall());
    return 0;
}

/* libc flushes the streams but, since 2.0, does not close their descriptors. */
PROBE(fcloseall)
{
    char text[8] = "";
    int fd;

    close_streams();
    show_fds();
    show_end("client", client);
    fd = open("file", O_RDONLY);
    if (fd >= 0 && read(fd, text, 7) >= 0)
        say("written: %s", text);
    in_child("in a child", close_streams);
    show_fds();
}
