/* SPDX-License-Identifier: ISC */
#include "supervisor/front/bell.h"

#include <fcntl.h>

#include "supervisor/front/messages.h"
#include "supervisor/front/restart_signals.h"
#include "supervisor/generation/slots.h"
#include "supervisor/kernel/io.h"
#include "supervisor/state/log.h"
#include "supervisor/step/unsent.h"

static bool is_predecessor(const struct generation *g, pid_t pid)
{
    const struct generation *other;

    TAILQ_FOREACH (other, &generation_list, link)
        if (other != g && (other->main == pid || slots_find(other, pid)))
            return true;
    return false;
}

static void say_whom_it_looked_for(struct generation *g)
{
    pid_t pid = atomic_load(&g->page->looked_for);

    if (g->looked || pid == 0)
        return;
    pid = pid < 0 && pid > INT32_MIN ? -pid : pid;
    if (!is_predecessor(g, pid))
        return;
    g->looked = true;
    log_line(
        LEVEL_INFO,
        "generation %u looked for process %d of an older one (a pid file names it): told it is dead",
        g->number, (int)pid);
}

/* Whoever clears the flag would make the other processes of the server wait for us. */
static void keep_nonblocking(int bell)
{
    int flags = fcntl(bell, F_GETFL);

    if (flags >= 0 && !(flags & O_NONBLOCK))
        fcntl(bell, F_SETFL, flags | O_NONBLOCK);
}

void bell_read(struct generation *g)
{
    uint64_t rings;

    if (messages_left(g) || io_read(g->bell, &rings, sizeof rings) < 0)
        return;
    keep_nonblocking(g->bell);
    slots_note(g);
    unsent_note(g);
    say_whom_it_looked_for(g);
    restart_signals_to_server(g);
}
