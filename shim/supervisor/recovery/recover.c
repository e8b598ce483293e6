/* SPDX-License-Identifier: ISC */
#include "supervisor/recovery/recover.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/generation/generation.h"
#include "supervisor/recovery/restore.h"
#include "supervisor/recovery/take_over.h"
#include "supervisor/restart/restart.h"
#include "supervisor/state/events.h"
#include "supervisor/state/log.h"
#include "supervisor/state/record.h"
#include "supervisor/state/runtime_dir.h"
#include "supervisor/state/supervisor.h"

enum { PATIENCE_MS = 2000, FAILED = 125 };

static const struct record *record; /* of the server that is recovered */

static _Noreturn void give_up(const char *why)
{
    log_line(LEVEL_ERROR, "no new supervisor: %s: %s", why, strerror(errno));
    _exit(FAILED);
}

void recover_become(int fd)
{
    record = record_open(fd);
    if (!record)
        give_up("the recovery record can't be read");
    if (!restore_process(record, fd, &supervisor.command))
        give_up("the process can't be what the first supervisor was");
    if (!record_own(fd))
        give_up("the recovery record can't be opened (/proc not mounted?)");
    close(fd);
}

static bool has_same_id(const struct record *r)
{
    return memcmp(r->id, record->id, sizeof r->id) == 0;
}

/* A process that was killed may take a moment to be gone. */
static bool outlives(pid_t pid)
{
    struct pollfd p = {.fd = tree_pidfd(pid), .events = POLLIN};
    bool gone = p.fd < 0 || poll(&p, 1, PATIENCE_MS) > 0;

    if (p.fd >= 0)
        close(p.fd);
    return !gone;
}

/* Of two that are started at once the older one stays: each is seen by the other, for it holds the
 * record before it looks. */
static bool has_supervisor(const struct orphans *o)
{
    pid_t oldest = o->supervisor.pid;

    return oldest > 0 && oldest != getpid() && outlives(oldest);
}

/* Somebody requested one, or we would not be here: the process that was told may have gone. So
 * whatever was asked for before is fulfilled by it. */
static void restart(enum request request, const char *who)
{
    struct generation *g;

    event(EVENT_RECOVERED, supervisor.current->number, "the supervisor before was killed");
    TAILQ_FOREACH (g, &generation_list, link)
        atomic_store(&g->page->restarts, 0);
    restart_request(request, who);
}

void recover_server(void)
{
    struct orphans o;
    int err = orphans_find(&o, has_same_id);

    if (has_supervisor(&o))
        _exit(0);
    errno = -err;
    if (err)
        give_up("/proc");
    if (!take_over_generations(&o))
        _exit(0); /* the server has ended meanwhile */
    orphans_free(&o);
    log_line(LEVEL_INFO, "a new supervisor for generation %u: the one before was killed",
             supervisor.current->number);
    restart(REQUEST_SIGNAL, "a signal to the server");
}

static bool is_same(const struct record *r)
{
    bool same = record_is_same_server(r);

    if (same)
        record_take_id(r);
    return same;
}

bool recover_at_start(void)
{
    struct orphans o;
    bool taken_over;

    if (!runtime_dir_has_dead() || orphans_find(&o, is_same) < 0)
        return false;
    taken_over = o.n > 0 && !has_supervisor(&o) && take_over_generations(&o);
    orphans_free(&o);
    if (!taken_over)
        return false;
    log_line(LEVEL_INFO,
             "generation %u of this server runs, its supervisor was killed: it is taken over and "
             "restarted",
             supervisor.current->number);
    record_publish();
    restart(REQUEST_COMMAND, "the start of the same command");
    return true;
}
