/* SPDX-License-Identifier: ISC */
#include "supervisor/front/systemd/sd_notify_sender.h"

#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "protocol/clock.h"
#include "supervisor/generation/members.h"
#include "supervisor/kernel/procfs.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

enum { USERS = 32, LEAST_MS = 10, SHARE = 20 };

/* The users of the server's processes at the last look. */
static struct {
    uid_t uid[USERS];
    unsigned n;
    int64_t next; /* look: not before, so that looking takes a twentieth of the time at most */
} users;

static struct generation *member_of(pid_t pid)
{
    struct generation *g = generation_by_pid(pid);
    struct procfs_stat p;

    if (g)
        return g;
    if (pid <= 0 || procfs_stat(pid, &p) < 0)
        return NULL;
    TAILQ_FOREACH (g, &generation_list, link)
        if (tree_learns(&g->tree, &p))
            return g;
    return NULL;
}

static bool is_user(uid_t uid)
{
    for (unsigned i = 0; i < users.n; i++)
        if (users.uid[i] == uid)
            return true;
    return uid == 0 || uid == geteuid();
}

static void note_users(struct generation *g)
{
    uid_t uid;

    if (!g || generation_scan(g) < 0)
        return;
    for (size_t i = 0; i < g->tree.n && users.n < USERS; i++)
        if (procfs_real_uid(g->tree.proc[i].pid, &uid) == 0 && !is_user(uid))
            users.uid[users.n++] = uid;
}

/* False: it was done a moment ago. */
static bool look(void)
{
    int64_t now = clock_ms();
    clock_t began = clock();

    if (now < users.next)
        return false;
    users.n = 0;
    note_users(supervisor.next ? supervisor.next : supervisor.current);
    users.next = now + LEAST_MS + SHARE * 1000 * (clock() - began) / CLOCKS_PER_SEC;
    return true;
}

/* Once aloud: who does it on purpose shall not fill the log. */
static void report_ignored(const struct ucred *sender)
{
    static bool said;

    log_line(said ? LEVEL_DEBUG : LEVEL_WARNING,
             "NOTIFY_SOCKET: process %d of user %u is none of the server's, it is ignored",
             (int)sender->pid, sender->uid);
    said = true;
}

/* A helper such as systemd-notify has often gone when its message is read: then its user tells. */
struct generation *sd_notify_sender_of(const struct ucred *sender)
{
    struct generation *g = member_of(sender->pid);

    if (g)
        return g;
    if (is_user(sender->uid) || (look() && is_user(sender->uid)))
        return supervisor.next ? supervisor.next : supervisor.current;
    report_ignored(sender);
    return NULL;
}
