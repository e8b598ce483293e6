/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/process_watch.h"

#include <sys/epoll.h>
#include <sys/queue.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "supervisor/kernel/process_tree.h"

struct process_watch {
    LIST_ENTRY(process_watch) link;
    pid_t pid;
    int pidfd;
    unsigned users;
    bool dead;
};

static LIST_HEAD(, process_watch) owners = LIST_HEAD_INITIALIZER(owners);
static int epoll = -1;

static bool has_ended(const struct process_watch *o)
{
    struct pollfd p = {.fd = o->pidfd, .events = POLLIN};

    return o->dead || poll(&p, 1, 0) > 0;
}

/* One that has ended is not: its number may be another process's by now. */
static struct process_watch *find_watch(pid_t pid)
{
    struct process_watch *o;

    LIST_FOREACH(o, &owners, link)
    if (o->pid == pid && !has_ended(o))
        return o;
    return NULL;
}

/* Before it is closed: a child that is about to exec has a copy, and the epoll watches the file. */
static void stop_watching(struct process_watch *o)
{
    if (o->pidfd < 0)
        return;
    epoll_ctl(epoll, EPOLL_CTL_DEL, o->pidfd, NULL);
    close(o->pidfd);
    o->pidfd = -1;
}

static bool watch(struct process_watch *o)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = o};

    o->pidfd = tree_pidfd(o->pid);
    o->dead = o->pidfd == -ESRCH;
    if (epoll < 0)
        epoll = epoll_create1(EPOLL_CLOEXEC);
    return o->dead || (o->pidfd >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, o->pidfd, &event) == 0);
}

static struct process_watch *owner_new(pid_t pid)
{
    struct process_watch *o = calloc(1, sizeof *o);

    if (!o)
        return NULL;
    o->pid = pid;
    if (!watch(o)) {
        stop_watching(o);
        free(o);
        return NULL;
    }
    LIST_INSERT_HEAD(&owners, o, link);
    return o;
}

struct process_watch *process_watch_begin(pid_t pid)
{
    struct process_watch *o = find_watch(pid);

    if (!o)
        o = owner_new(pid);
    if (o)
        o->users++;
    return o;
}

void process_watch_end(struct process_watch *o)
{
    if (!o || --o->users > 0)
        return;
    stop_watching(o);
    LIST_REMOVE(o, link);
    free(o);
}

pid_t process_watch_pid(const struct process_watch *o)
{
    return o->pid;
}

bool process_watch_lives(const struct process_watch *o)
{
    return !o->dead;
}

int process_watch_fd(void)
{
    return epoll;
}

void process_watch_look(void)
{
    struct epoll_event events[16];
    int n = epoll < 0 ? 0 : epoll_wait(epoll, events, 16, 0);

    for (int i = 0; i < n; i++) {
        struct process_watch *o = events[i].data.ptr;

        o->dead = true;
        stop_watching(o);
    }
}
