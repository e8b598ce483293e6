/* SPDX-License-Identifier: ISC */
#include <sys/wait.h>
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

static void *sleep_there(void *unused)
{
    system("exec sleep 60");
    return unused;
}

static void cancelled(void)
{
    pthread_t thread = blocked_thread(sleep_there, NULL);

    pthread_cancel(thread);
    show_join("cancelled", thread);
    show_action(SIGINT);
    TRY(waitpid(-1, NULL, WNOHANG));
    TRY(system("exit 5"));
}

/* What the command does to its parent meanwhile. */
static void meanwhile(void)
{
    signal(SIGQUIT, note_signal);
    signal(SIGCHLD, note_signal);
    noted = 0;
    TRY(system("kill -INT $PPID; kill -QUIT $PPID; exit 5"));
    say("signals that arrived: %d", (int)noted);
    signal(SIGQUIT, SIG_IGN);
    TRY(system("\"$PROBE_CHILD\""));
    show_action(SIGQUIT);
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
    cancelled();
    meanwhile();
    signal(SIGCHLD, SIG_IGN);
    TRY(system("exit 5"));
    show_fds();
    close(fd);
}
