/* SPDX-License-Identifier: ISC */
/* Its directory may be the server's user's: what is there is looked at before it is touched, and no
 * link of that user's is followed. */
#include "supervisor/step/pid_file.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/decimal.h"
#include "supervisor/generation/slots.h"
#include "supervisor/kernel/io.h"
#include "supervisor/state/log.h"
#include "supervisor/state/supervisor.h"

static bool is_aside;

struct place {
    int dir;
    const char *name;
    char aside[NAME_MAX + 1];
};

static bool place_open(struct place *p)
{
    const char *path = supervisor.options.pidfile;

    p->dir = path ? io_open_directory(path, &p->name) : -1;
    if (p->dir >= 0)
        snprintf(p->aside, sizeof p->aside, "%s.grace", p->name);
    return p->dir >= 0;
}

static bool exists(const struct place *p, const char *name, struct stat *st)
{
    return fstatat(p->dir, name, st, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool move(const struct place *p, const char *from, const char *to)
{
    if (renameat(p->dir, from, p->dir, to) == 0)
        return true;
    log_line(LEVEL_WARNING, "pid file %s: rename of %s to %s: %s", supervisor.options.pidfile, from,
             to, strerror(errno));
    return false;
}

static void step_aside(const struct place *p)
{
    const char *path = supervisor.options.pidfile;
    struct stat st;

    if (!exists(p, p->name, &st))
        return;
    if (!S_ISREG(st.st_mode)) {
        log_line(LEVEL_WARNING, "pid file %s is no regular file, it is left where it is", path);
        return;
    }
    is_aside = move(p, p->name, p->aside);
    if (is_aside)
        log_line(LEVEL_INFO, "pid file %s steps aside for the next generation", path);
}

void pid_file_step_aside(void)
{
    struct place p;

    if (place_open(&p)) {
        step_aside(&p);
        close(p.dir);
    } else if (supervisor.options.pidfile && errno != ENOENT) {
        log_line(LEVEL_WARNING, "pid file %s can't step aside: %s", supervisor.options.pidfile,
                 io_error());
    }
}

static pid_t read_pid(const struct place *p)
{
    int fd = io_open(p->dir, p->name, O_RDONLY, false);
    char text[32];
    const char *number;
    ssize_t n;

    if (fd < 0)
        return 0;
    n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    number = text + strspn(text, " \t"); /* UUCP's are padded */
    return decimal_pid(number, strlen(number));
}

/* It writes its own number again, through the descriptor by which it has locked the file: we write
 * to nothing that a process of the server names. */
static void give_back(const struct page_pid_file *p, unsigned i)
{
    struct generation *to = supervisor.current;
    pid_t pid = atomic_load(&p->pid);

    if (pid <= 0 || !to || !slots_find(to, pid))
        return;
    atomic_store(&to->page->pid_files[i].file, atomic_load(&p->file));
    atomic_store(&to->page->pid_files[i].pid, pid);
    slots_tell_one(to, pid);
}

/* What g had locked is free, what it was given, and has failed, is the one's that goes on. */
static void pass_on(const struct generation *g)
{
    struct generation *other;

    for (unsigned i = 0; i < PAGE_PID_FILES; i++)
        if (g != supervisor.current)
            give_back(&g->page->pid_files[i], i);
    TAILQ_FOREACH (other, &generation_list, link)
        if (other != g)
            slots_tell(other, SLOTS_OWED);
}

/* hypnotoad creates the file whenever it is missing, the old generation as well as the new one. */
void pid_file_retired(const struct generation *g)
{
    struct place p;
    pid_t pid;

    pass_on(g);
    if (!place_open(&p))
        return;
    pid = read_pid(&p);
    if (pid > 0 && slots_find(g, pid) && !tree_alive(pid, 0)) {
        if (unlinkat(p.dir, p.name, 0) == 0)
            log_line(LEVEL_INFO, "pid file %s names a process of generation %u and is removed",
                     supervisor.options.pidfile, g->number);
        else
            log_line(LEVEL_WARNING, "pid file %s names a process of generation %u: unlink: %s",
                     supervisor.options.pidfile, g->number, strerror(errno));
    }
    close(p.dir);
}

/* One that could not be moved is tried again after the next restart. */
static bool restore(const struct place *p)
{
    bool restored = is_aside && move(p, p->aside, p->name);

    is_aside &= !restored;
    return restored;
}

void pid_file_resume(void)
{
    struct place p;
    struct stat st;

    if (!place_open(&p))
        return;
    is_aside = exists(&p, p.aside, &st) && S_ISREG(st.st_mode);
    close(p.dir);
}

static bool is_given_back(const struct generation *g, pid_t pid)
{
    for (unsigned i = 0; i < PAGE_PID_FILES; i++)
        if (atomic_load(&g->page->pid_files[i].pid) == pid)
            return true;
    return false;
}

void pid_file_come_back(void)
{
    struct place p;

    if (place_open(&p)) {
        restore(&p);
        close(p.dir);
    } else if (is_aside) {
        log_line(LEVEL_WARNING, "pid file %s can't be given its name back: %s",
                 supervisor.options.pidfile, io_error());
    }
}

void pid_file_rolled_back(const struct generation *g)
{
    pid_t pid = atomic_load(&g->page->looked_for);

    pid_file_come_back();
    if (pid > 0 && !supervisor.options.pidfile && !is_given_back(g, pid))
        log_line(LEVEL_WARNING,
                 "the pid file of process %d may name generation %u now: --pidfile (GRACE_PIDFILE) "
                 "restores it",
                 (int)pid, g->number);
}

void pid_file_settle(void)
{
    struct place p;
    struct stat st;

    if (!is_aside || !place_open(&p))
        return;
    if (exists(&p, p.name, &st)) {
        unlinkat(p.dir, p.aside, 0);
        is_aside = false;
    } else {
        log_line(LEVEL_WARNING, "generation %u did not write %s%s", supervisor.current->number,
                 supervisor.options.pidfile, restore(&p) ? ", the old one is kept" : "");
    }
    close(p.dir);
}
