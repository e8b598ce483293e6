/* SPDX-License-Identifier: ISC */
#include "pidfile.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "members.h"
#include "report.h"
#include "supervisor.h"

static char aside[PATH_MAX];
static bool is_aside;

static void move(const char *from, const char *to)
{
    if (rename(from, to) < 0)
        report(REPORT_WARNING, "rename %s to %s: %s", from, to, strerror(errno));
}

void pidfile_step_aside(void)
{
    const char *path = supervisor.options.pidfile;

    if (!path || access(path, F_OK) < 0)
        return;
    snprintf(aside, sizeof aside, "%s.grace", path);
    is_aside = true;
    move(path, aside);
    report(REPORT_INFO, "pid file %s steps aside for the next generation", path);
}

static pid_t read_pid(const char *path)
{
    FILE *file = fopen(path, "re");
    int pid = 0;

    if (file && fscanf(file, "%d", &pid) != 1)
        pid = 0;
    if (file)
        fclose(file);
    return pid;
}

/* hypnotoad creates the file whenever it is missing, the old generation as well as the new one. */
void pidfile_retired(const struct generation *g)
{
    const char *path = supervisor.options.pidfile;
    pid_t pid = path ? read_pid(path) : 0;

    if (pid <= 0 || !members_name(g, pid) || tree_alive(pid, 0))
        return;
    report(REPORT_INFO, "pid file %s names a process of generation %u and is removed", path,
           g->number);
    unlink(path);
}

static void restore(void)
{
    if (is_aside)
        move(aside, supervisor.options.pidfile);
    is_aside = false;
}

void pidfile_rolled_back(const struct generation *g)
{
    pid_t pid = atomic_load(&g->page->looked_for);

    restore();
    if (pid > 0 && !supervisor.options.pidfile)
        report(REPORT_WARNING,
               "the pid file of process %d may name generation %u now: --pidfile (GRACE_PIDFILE) "
               "restores it",
               (int)pid, g->number);
}

void pidfile_settle(void)
{
    if (is_aside && access(supervisor.options.pidfile, F_OK) < 0) {
        report(REPORT_WARNING, "generation %u did not write %s, the old one is kept",
               supervisor.current->number, supervisor.options.pidfile);
        restore();
    } else if (is_aside) {
        unlink(aside);
        is_aside = false;
    }
}
