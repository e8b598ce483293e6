/* SPDX-License-Identifier: ISC */
#include "supervisor/recovery/stale.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "supervisor/kernel/procfs.h"
#include "supervisor/state/runtime_dir.h"

/* Who has adopted it may never wait for it (a container whose first process is no init). */
static bool is_dead(pid_t pid)
{
    struct procfs_stat unused;

    return pid == getpid() || (kill(pid, 0) < 0 && errno == ESRCH) ||
           procfs_stat(pid, &unused) == -ESRCH;
}

/* "<pid>.sock" of a process that has ended. */
static bool is_stale(const char *name)
{
    int pid, end = 0;

    return sscanf(name, "%d.sock%n", &pid, &end) == 1 && end > 0 && name[end] == '\0' && pid > 0 &&
           is_dead(pid);
}

bool stale_any(void)
{
    struct dirent *entry;
    bool found = false;
    char dir[256];
    DIR *stream = runtime_dir_find(dir, sizeof dir) ? opendir(dir) : NULL;

    while (stream && !found && (entry = readdir(stream)))
        found = is_stale(entry->d_name);
    if (stream)
        closedir(stream);
    return found;
}

void stale_remove(pid_t pid)
{
    char dir[256], path[300];

    if (pid <= 0 || !is_dead(pid) || !runtime_dir_find(dir, sizeof dir))
        return;
    snprintf(path, sizeof path, "%s/%d.sock", dir, (int)pid);
    unlink(path);
    snprintf(path, sizeof path, "%s/%d.d/p", dir, (int)pid); /* it was making a placeholder */
    unlink(path);
    snprintf(path, sizeof path, "%s/%d.d", dir, (int)pid);
    rmdir(path);
}
