/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"
#include "sockets.h"

static void sockets(void)
{
    int listener = tcp_listener(0), client, fd = connection(listener, &client);
    FILE *file = fdopen(fd, "r+");

    fputs("hello", file);
    TRY(fclose(file));
    show_end("sent before", client);
    TRY(close(fd));
    TRY(fclose(fdopen(listener, "r")));
    TRY(accept(listener, NULL, NULL));
    show_fds();
    close(client);
}

static void failures(void)
{
    int pipes[2];
    FILE *file;

    signal(SIGPIPE, SIG_IGN);
    if (pipe(pipes) < 0 || !(file = fdopen(pipes[1], "w")))
        return;
    fputs("nobody reads this", file);
    close(pipes[0]);
    TRY(fclose(file));
    TRY(close(pipes[1]));
    file = fopen("file", "w");
    close(fileno(file));
    TRY(fclose(file));
}

static void without_descriptor(void)
{
    char text[] = "text", *made = NULL;
    size_t size;
    FILE *file = fmemopen(text, sizeof text, "r");

    TRY(fclose(file));
    file = open_memstream(&made, &size);
    fputs("made", file);
    TRY(fclose(file));
    say("%s", made);
}

PROBE(fclose)
{
    int number;
    FILE *file;

    sockets();
    failures();
    without_descriptor();
    file = fopen("file", "w");
    number = fileno(file);
    TRY(fclose(file));
    say("open: %d", is_open(number));
    TRY(fclose(stdin));
    show_fds();
}
