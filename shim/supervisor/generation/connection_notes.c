/* SPDX-License-Identifier: ISC */
#include "supervisor/generation/connection_notes.h"

#include <sys/uio.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "protocol/page.h"
#include "supervisor/generation/slots.h"
#include "supervisor/state/supervisor.h"

_Static_assert(CONNECTION_NOTES * sizeof(struct connection_known) <= PIPE_BUF,
               "a child that writes them never waits");

const struct connection_known connection_unknown = {CONNECTION_AGE_UNKNOWN, STREAM_STATES};

static const struct {
    const char name[10], text[72];
} streams[STREAM_STATES] = {
    [STREAM_QUIET] = {"quiet", "nothing has come since the drain began"},
    [STREAM_ASKED] = {"asked", "its request is not answered yet"},
    [STREAM_ANSWERED] = {"answered", "its last answer could not say that it is the last"},
    [STREAM_TOLD] = {"told", "the client was told to close it"},
    [STREAM_OPAQUE] = {"opaque", "not known to be between two requests of HTTP/1"},
    [STREAM_TUNNEL] = {"tunnel", "a tunnel, or another protocol after an Upgrade"},
    [STREAM_RELAYED] = {"relayed", "its requests are passed on as they come"},
};

const char *connection_stream_name(enum stream_state stream)
{
    return stream < STREAM_STATES ? streams[stream].name : NULL;
}

const char *connection_stream_text(enum stream_state stream)
{
    return stream < STREAM_STATES ? streams[stream].text : NULL;
}

static uint64_t table_of(const struct generation *g, pid_t pid)
{
    const struct page_slot *slot = slots_find(g, pid);

    return slot && !atomic_load(&slot->away) ? atomic_load(&slot->notes) : 0;
}

static bool read_note(const struct generation *g, const struct kernel_connection *c,
                      struct connection_note *note)
{
    uint64_t table = c->pid > 0 ? table_of(g, c->pid) : 0;
    struct iovec local = {note, sizeof *note};
    struct iovec remote = {(void *)(uintptr_t)(table + sizeof *note * (uint64_t)c->fd),
                           sizeof *note};

    return table && c->fd < PAGE_NOTES && procfs_is_socket(c->pid, c->fd, c->inode) &&
           process_vm_readv(c->pid, &local, 1, &remote, 1, 0) == (ssize_t)sizeof *note;
}

/* Only of a generation that drains. What it has seen before says nothing. */
static enum stream_state stream_of(const struct generation *g, uint32_t stream)
{
    if (supervisor.options.keep_alive == KEEP_ALIVE_OFF || g->state != GENERATION_DRAINING)
        return STREAM_STATES;
    stream = stream & STREAM_SEEN ? stream & STREAM_STATE : STREAM_QUIET;
    return stream < STREAM_STATES ? (enum stream_state)stream : STREAM_STATES;
}

/* What can't be is not known: where the table is is the word of whoever wrote the slot. */
static struct connection_known look(const struct generation *g, const struct kernel_connection *c)
{
    struct connection_known known = connection_unknown;
    struct connection_note note;
    time_t age;

    if (!read_note(g, c, &note))
        return known;
    age = time(NULL) - (time_t)note.accepted;
    if (age < 0 || age > time(NULL) - g->started_at + 1)
        return known;
    known.age = (int)age;
    known.stream = stream_of(g, atomic_load(&note.stream));
    return known;
}

/* By a child: a page of that process may be a file on a file system that it serves itself, and then
 * reading it lasts as long as it likes. */
static bool child_reads(const struct generation *g, const struct kernel_connection *conns, size_t n,
                        struct connection_known *known, int patience, const int ends[2])
{
    struct pollfd p = {.fd = ends[0], .events = POLLIN};
    pid_t child = fork();

    if (child == 0) {
        for (size_t i = 0; i < n; i++)
            known[i] = look(g, &conns[i]);
        _exit(write(ends[1], known, n * sizeof *known) < 0);
    }
    if (child > 0 && poll(&p, 1, patience) > 0)
        return read(ends[0], known, n * sizeof *known) == (ssize_t)(n * sizeof *known);
    if (child > 0)
        kill(child, SIGKILL);
    return false;
}

bool connection_notes(const struct generation *g, const struct kernel_connection *conns, size_t n,
                      struct connection_known *known, int patience)
{
    int ends[2];
    bool done = n == 0;

    if (n > 0 && pipe2(ends, O_CLOEXEC) == 0) {
        done = child_reads(g, conns, n, known, patience, ends);
        close(ends[0]);
        close(ends[1]);
    }
    for (size_t i = 0; i < n && !done; i++)
        known[i] = connection_unknown;
    return done;
}
