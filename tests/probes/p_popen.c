/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "probe.h"
#include "sockets.h"

static void reading(const char *command)
{
    FILE *file = TRY_ANY(popen(command, "re"));
    char line[400];

    while (file && fgets(line, sizeof line, file))
        say("read %.*s", (int)sizeof line, line);
    TRY(pclose(file));
}

static void writing(void)
{
    FILE *file = TRY_ANY(popen("read line; echo \"got $line\"; exit 3", "w"));

    fputs("a line\n", file);
    TRY(pclose(file));
}

static void commands(void)
{
    reading("echo text; exit 4");
    reading("\"$PROBE_CHILD\"");
    reading("missing-command 2>/dev/null");
    writing();
}

PROBE(popen)
{
    int listener, client, fd;

    TRY_ANY(popen("exit 1", "x"));
    TRY_ANY(popen("exit 1", ""));
    commands();
    listener = tcp_listener(SOCK_CLOEXEC);
    fd = connection(listener, &client);
    commands();
    setenv("PROBE_NEW", "value", 1);
    reading("\"$PROBE_CHILD\"");
    show_served("still", listener);
    show_fds();
    close(fd);
}
