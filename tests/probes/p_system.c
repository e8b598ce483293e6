/* SPDX-License-Identifier: ISC */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static void commands(void)
{
    TRY(system("exit 5"));
    TRY(system("kill -9 $$"));
    TRY(system("missing-command") >> 8);
    TRY(system("\"$PROBE_CHILD\" a b"));
    TRY(system(""));
    show_action(SIGINT);
    show_mask();
}

PROBE(system)
{
    int listener, client, fd;

    TRY(system(NULL) != 0);
    signal(SIGINT, note_signal);
    commands();
    listener = tcp_listener(SOCK_CLOEXEC);
    fd = connection(listener, &client);
    commands();
    show_end("client", client);
    show_served("still", listener);
    TRY(setenv("PROBE_NEW", "value", 1));
    commands();
    signal(SIGCHLD, SIG_IGN);
    TRY(system("exit 5"));
    show_fds();
    close(fd);
}
