/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/unseen.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "supervisor/generation/listeners.h"
#include "supervisor/generation/members.h"
#include "supervisor/generation/slots.h"
#include "supervisor/kernel/program.h"
#include "supervisor/state/supervisor.h"

/* A server that says nothing of any listener: whatever listens is it. */
static bool says_nothing(const struct generation *g)
{
    return g->state == GENERATION_STARTING && generation_listeners(g).used == 0;
}

/* Of what the kernel gives to who asks for any port. The client has learned it from the server, and
 * it is another one each time. */
static bool is_given_by_kernel(unsigned port)
{
    unsigned first = 32768, last = 60999;
    FILE *in = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");

    if (in && fscanf(in, "%u %u", &first, &last) != 2)
        first = 32768, last = 60999;
    if (in)
        fclose(in);
    return port >= first && port <= last;
}

/* Who asks a question by UDP waits for the answer at a port that it has chosen itself, and not
 * among the reserved ones. */
static bool is_of_service(const struct kernel_unseen *u)
{
    if (u->family == AF_UNIX)
        return false;
    return u->type == SOCK_DGRAM ? u->port < IPPORT_RESERVED : !is_given_by_kernel(u->port);
}

static bool has_shim(const struct generation *g, pid_t pid)
{
    return slots_takes_part(g, pid) ||
           program_look(pid, supervisor.command.library) == PROGRAM_LOADED;
}

/* Of those for a moment (passive FTP) the shim says nothing, nor has it room for all. */
static bool says_all(const struct generation *g)
{
    for (unsigned i = 0; i < PAGE_COUNTERS; i++)
        if (atomic_load(&g->page->transient[i]) > 0)
            return false;
    return page_entries(g->page) < PAGE_LISTENERS;
}

static bool is_of_server(const struct generation *g, const struct procfs_stat *p)
{
    return p->pid == g->main || slots_takes_part(g, p->pid);
}

/* Jobs of users who logged in, and daemons that others use as well (epmd), keep a session of their
 * own. */
static bool is_in_session_of_server(const struct generation *g, pid_t pid)
{
    struct procfs_stat p;

    if (procfs_stat(pid, &p) < 0)
        return false;
    for (size_t i = 0; i < g->tree.n; i++)
        if (g->tree.proc[i].sid == p.sid && is_of_server(g, &g->tree.proc[i]))
            return true;
    return false;
}

/* It was started for a client of a listener that is seen, and so was what it opens. */
static bool serves_client(pid_t pid)
{
    struct procfs_stat p;
    struct tree alone = {.proc = &p, .n = 1};
    struct kernel_connection *connections = NULL;
    size_t n = 0, nsockets;
    struct kernel_listener *sockets = listener_sockets(&nsockets);

    if (sockets && procfs_stat(pid, &p) == 0)
        kernel_held_connections(sockets, nsockets, &alone, &connections, &n);
    free(connections);
    free(sockets);
    return n > 0;
}

static bool is_past_shim(const struct generation *g, const struct kernel_unseen *u)
{
    return u->cookie && u->type == SOCK_STREAM && says_all(g) && is_in_session_of_server(g, u->pid);
}

static bool counts(void *arg, const struct kernel_unseen *u)
{
    const struct generation *g = arg;

    if (u->cookie && page_find_socket(g->page, u->cookie) >= 0)
        return false; /* the supervisor has not got its copy */
    if (says_nothing(g))
        return u->type == SOCK_STREAM;
    if (!is_of_service(u))
        return false;
    return has_shim(g, u->pid) ? is_past_shim(g, u)
                               : is_in_session_of_server(g, u->pid) && !serves_client(u->pid);
}

/* At two looks: the shim enters a listener in the page a moment after it has begun to listen. */
bool unseen_look(struct generation *g)
{
    struct kernel_unseen first;

    if (generation_scan(g) < 0 || !kernel_find_unseen(&g->tree, counts, g, &first) ||
        !kernel_find_unseen(&g->tree, counts, g, &g->unseen) || g->unseen.inode != first.inode)
        g->unseen.pid = 0;
    return g->unseen.pid != 0;
}

const char *unseen_text(const struct generation *g)
{
    static char text[96];

    snprintf(text, sizeof text, "process %d listens on %s unseen by libgrace.so",
             (int)g->unseen.pid, g->unseen.address);
    return text;
}
