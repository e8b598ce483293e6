/* SPDX-License-Identifier: ISC */
#include "supervisor/recovery/restore.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <unistd.h>

#include "supervisor/kernel/procfs.h"
#include "supervisor/state/inherited.h"
#include "supervisor/state/record_text.h"
#include "supervisor/step/stdio.h"

static bool lost_stderr;

bool restore_lost_stderr(void)
{
    return lost_stderr;
}

static void restore_limits(const struct record *r)
{
    for (int i = 0; i < RECORD_LIMITS; i++) {
        struct rlimit now, then = {r->limits[i].soft, r->limits[i].hard};
        __rlimit_resource_t which = (__rlimit_resource_t)i;

        if (getrlimit(which, &now) < 0)
            continue;
        if (then.rlim_max > now.rlim_max && geteuid() != 0)
            then.rlim_max = now.rlim_max;
        if (then.rlim_cur > then.rlim_max)
            then.rlim_cur = then.rlim_max;
        setrlimit(which, &then);
    }
}

/* The thread that has started us may have been bound to a processor. */
static void restore_schedule(const struct record *r)
{
    const struct sched_param param = {.sched_priority = r->priority};

    umask((mode_t)r->umask);
    sched_setaffinity(0, sizeof r->cpus, (const cpu_set_t *)r->cpus);
    if (sched_getscheduler(0) != r->policy)
        sched_setscheduler(0, r->policy, &param);
    if (getpriority(PRIO_PROCESS, 0) != r->nice)
        setpriority(PRIO_PROCESS, 0, r->nice);
}

static void restore_groups(const struct record *r)
{
    if (geteuid() == 0)
        setgroups(r->groups_n, r->groups);
}

static const struct record_file *given(const struct record *r, int fd)
{
    for (unsigned i = 0; i < r->kept_n; i++)
        if (r->kept[i].fd == fd)
            return &r->kept[i];
    return NULL;
}

static bool is_given(const struct record *r, int fd)
{
    const struct record_file *file = given(r, fd);
    struct stat st;

    return file && fstat(fd, &st) == 0 && file->dev == st.st_dev && file->ino == st.st_ino;
}

/* What the process that started us has opened itself, connections above all. */
static void close_others(const struct record *r, int record)
{
    struct procfs_dir dir;
    int fd;

    procfs_open(&dir, "/proc/self/fd");
    while ((fd = procfs_next(&dir)) >= 0)
        if (fd != record && fd != dir.fd && !is_given(r, fd) && !inherited_keep(fd))
            close(fd);
    procfs_close(&dir);
}

static void replace(int fd)
{
    int null = open("/dev/null", O_RDWR);

    if (null >= 0 && null != fd && dup2(null, fd) == fd)
        close(null);
    lost_stderr |= fd == STDERR_FILENO;
}

/* A stream that is lost is empty; one that was closed at the first start is so for the server. */
static void fill_streams(const struct record *r)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && given(r, fd))
            replace(fd);
    stdio_hold_closed();
}

bool restore_process(const struct record *r, int record, struct command *command)
{
    if (!record_text_read(r, command))
        return false;
    command->blocked = r->blocked;
    command->leads = r->leads;
    command->ignored = r->ignored;
    restore_groups(r);
    restore_limits(r);
    restore_schedule(r);
    close_others(r, record);
    fill_streams(r);
    /* where it is gone the next generation can't start there, and says so */
    return chdir(command->directory) == 0 || chdir("/") == 0;
}
