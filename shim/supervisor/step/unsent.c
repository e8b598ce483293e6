/* SPDX-License-Identifier: ISC */
#include "supervisor/step/unsent.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/kernel/io.h"
#include "supervisor/state/log.h"
#include "supervisor/step/fetch.h"

enum { UNSEEN_MOST = 64 }; /* at a time */

void unsent_note(struct generation *g)
{
    if (atomic_exchange(&g->page->incomplete, 0) == 0 || g->incomplete)
        return;
    g->incomplete = true;
    log_line(
        LEVEL_WARNING,
        "generation %u could not hand over a listener, or take one over (seccomp? a full table?): it "
        "is looked for when a restart is asked for",
        g->number);
}

/* The number may mean another file by now. */
static bool is_same(int fd, unsigned long inode)
{
    struct stat st;

    return fstat(fd, &st) == 0 && st.st_ino == inode;
}

static int copy_from(pid_t pid, unsigned long inode)
{
    int theirs = procfs_socket_fd(pid, inode);
    int copy = theirs >= 0 ? fetch_fd(pid, theirs) : -1;

    if (copy >= 0 && !is_same(copy, inode)) {
        close(copy);
        copy = -1;
    }
    return copy;
}

/* The kernel may let us look into one process and not into another. */
static int copy_from_any(const struct tree *t, pid_t first, unsigned long inode)
{
    int copy = copy_from(first, inode);

    for (size_t i = 0; i < t->n && copy < 0; i++)
        copy = copy_from(t->proc[i].pid, inode);
    return copy;
}

/* What has no entry the shim has not seen: a helper's, which is not handed over. False: not kept.
 */
static bool take_unsent(struct generation *g, int fd, pid_t pid)
{
    int index = page_find_socket(g->page, io_socket_cookie(fd));

    if (index < 0) {
        close(fd);
        return false;
    }
    return generation_keep(g, (unsigned)index, fd, pid);
}

/* Else it is a placeholder, or a helper's. */
static bool has_entry(const struct generation *g, const struct kernel_unseen *s)
{
    return page_find_socket(g->page, s->cookie) >= 0;
}

/* False: one of them can't be had, and `why` says so. */
static bool fetch_unsent(struct generation *g, char *why, size_t size)
{
    struct kernel_unseen unseen[UNSEEN_MOST];
    size_t n = generation_scan(g) == 0 ? kernel_unseen_listeners(&g->tree, unseen, UNSEEN_MOST) : 0;
    const struct kernel_unseen *lacking = NULL;
    bool taken = false;

    for (size_t i = 0; i < n; i++) {
        int fd = copy_from_any(&g->tree, unseen[i].pid, unseen[i].inode);

        if (fd >= 0)
            taken |= take_unsent(g, fd, unseen[i].pid);
        else if (!lacking || has_entry(g, &unseen[i]))
            lacking = &unseen[i];
    }
    /* else it is a placeholder, or the new generation fails without it */
    if (lacking && !fetch_is_whole(g)) {
        snprintf(why, size, "process %d could not hand over its listener (%s)", (int)lacking->pid,
                 lacking->address);
        return false;
    }
    return n < UNSEEN_MOST || !taken || fetch_unsent(g, why, size);
}

/* Its message did not fit into the queue. */
static bool owes_one(const struct generation *g)
{
    unsigned n = page_entries(g->page);

    for (unsigned i = 0; i < n; i++)
        if (atomic_load(&g->page->listeners[i].flags) & LISTENER_UNSENT)
            return true;
    return false;
}

static void owes_none(struct generation *g)
{
    for (unsigned i = 0; i < page_entries(g->page); i++)
        atomic_fetch_and(&g->page->listeners[i].flags, ~(uint32_t)LISTENER_UNSENT);
}

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

/* What is not in the shim's table would go on waking it when the listener is given up. */
static bool exceeds_epolls(const struct generation *g)
{
    for (size_t i = 0; i < g->tree.n; i++)
        if (registrations_of(g->tree.proc[i].pid) > PAGE_EPOLLS)
            return true;
    return false;
}

const char *unsent_refusal(struct generation *g)
{
    static char why[128];

    unsent_note(g);
    if (!g->incomplete && !owes_one(g))
        return NULL;
    fetch_listeners(g);
    if (!fetch_unsent(g, why, sizeof why))
        return why;
    if (exceeds_epolls(g))
        return "its listeners are in too many epolls";
    g->incomplete = g->taken_over; /* its page may say anything by now */
    owes_none(g);
    return NULL;
}
