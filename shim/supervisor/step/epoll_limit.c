/* SPDX-License-Identifier: ISC */
#include "supervisor/step/epoll_limit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/page.h"

/* Is it a listener that the supervisor has?  The line ends in "ino:HEX sdev:HEX". */
static bool is_listener(const char *line)
{
    const char *at = strstr(line, " ino:");
    unsigned long inode;
    struct listener *h;

    if (strncmp(line, "tfd:", 4) != 0 || !at || sscanf(at, " ino:%lx", &inode) != 1)
        return false;
    TAILQ_FOREACH (h, &listener_list, link)
        if (h->socket.inode == inode)
            return true;
    return false;
}

/* /proc says nothing of the kind of a file but this. */
static unsigned registrations(int dir, int fd)
{
    char name[16], line[160];
    unsigned n = 0;
    int info;
    FILE *in;

    snprintf(name, sizeof name, "%d", fd);
    info = openat(dir, name, O_RDONLY | O_CLOEXEC);
    in = info >= 0 ? fdopen(info, "r") : NULL;
    while (in && fgets(line, sizeof line, in))
        n += is_listener(line);
    if (in)
        fclose(in);
    else if (info >= 0)
        close(info);
    return n;
}

static unsigned registrations_of(pid_t pid)
{
    struct procfs_dir dir;
    unsigned n = 0;
    int fd;

    procfs_open_of(&dir, pid, "fdinfo");
    while (n <= PAGE_EPOLLS && (fd = procfs_next(&dir)) >= 0)
        n += registrations(dir.fd, fd);
    procfs_close(&dir);
    return n;
}

bool epoll_limit_exceeded(const struct generation *g)
{
    for (size_t i = 0; i < g->tree.n; i++)
        if (registrations_of(g->tree.proc[i].pid) > PAGE_EPOLLS)
            return true;
    return false;
}
