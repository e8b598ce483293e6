/* SPDX-License-Identifier: ISC */
#include "reopening.h"

#include <unistd.h>

#include "probe.h"
#include "sockets.h"

#define REOPEN(what, path, mode, file)              \
    ({                                              \
        errno = PROBE_ERRNO;                        \
        FILE *reopened = call(path, mode, file);    \
        say_any(what, (long)reopened, PROBE_ERRNO); \
        reopened;                                   \
    })

void reopening_probe(FILE *(*call)(const char *path, const char *mode, FILE *file))
{
    int listener = tcp_listener(0), client, fd = connection(listener, &client);
    FILE *file = fdopen(fd, "r+");

    file = REOPEN("a socket becomes a file", "file", "w+", file);
    show_end("client", client);
    show_fds();
    file = REOPEN("another mode", NULL, "r", file);
    file = REOPEN("another file", "/dev/null", "re", file);
    say("number %d", fileno(file));
    show_fds();
    fclose(file);
    file = fdopen(listener, "r");
    REOPEN("missing", "missing/file", "r", file);
    say("%s", error_name(errno));
    TRY(accept(listener, NULL, NULL));
    show_fds();
    REOPEN("standard input", "file", "r", stdin);
    show_fds();
}
