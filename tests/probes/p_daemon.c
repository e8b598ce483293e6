/* SPDX-License-Identifier: ISC */
#include <sys/socket.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static int output, listener;

/* The process that daemon() leaves behind; its caller waits until the last copy of `done` is
 * closed. */
static int daemonized(int nochdir, int noclose)
{
    int r = daemon(nochdir, noclose);
    char directory[PATH_MAX];

    if (!noclose)
        dup2(output, STDOUT_FILENO);
    say("daemon = %d", r);
    say("directory %s", getcwd(directory, sizeof directory) && directory[1] ? "kept" : "root");
    say("leads its session: %d", getsid(0) == getpid());
    show_fds();
    show_served("inherited listener", listener);
    close(listener);
    show_served("a new listener", tcp_listener(0));
    return 0;
}

static void run(int nochdir, int noclose)
{
    int done[2];
    char byte;
    pid_t pid;

    say("daemon(%d, %d)", nochdir, noclose);
    if (pipe(done) < 0 || (pid = fork()) < 0)
        return;
    if (pid == 0) {
        close(done[0]);
        exit(daemonized(nochdir, noclose));
    }
    close(done[1]);
    if (read(done[0], &byte, 1) != 0) /* until the daemon has ended */
        say("the daemon wrote");
    show_exit("caller", pid);
    close(done[0]);
}

PROBE(daemon)
{
    output = dup2(STDOUT_FILENO, 30);
    listener = tcp_listener(0);
    run(0, 0);
    run(1, 0);
    run(0, 1);
    run(1, 1);
    show_served("in the first process", listener);
    show_fds();
}
