/* SPDX-License-Identifier: ISC */
#include "forking.h"

#include <sys/socket.h>
#include <unistd.h>

#include "actors.h"
#include "probe.h"
#include "sockets.h"

static int listener, client, fd;

static int use_inherited(void)
{
    show_fds();
    show_action(SIGHUP);
    show_served("in the child", listener);
    close(fd);
    show_end("client", client);
    close(listener);
    show_served("a new one", tcp_listener(0));
    return 3;
}

void forking_probe(pid_t (*call)(void))
{
    pid_t pid;

    signal(SIGHUP, note_signal);
    listener = tcp_listener(0);
    fd = connection(listener, &client);
    pid = call();
    if (pid == 0)
        _exit(use_inherited());
    show_exit("child", pid);
    show_end("client", client);
    show_served("in the parent", listener);
    close(fd);
    show_end("client", client);
    pid = call();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", "exit 6", (char *)NULL);
        _exit(9);
    }
    show_exit("executed", pid);
    close(client);
    close(listener);
    show_fds();
}
