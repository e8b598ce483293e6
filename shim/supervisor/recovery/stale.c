/* SPDX-License-Identifier: ISC */
#include "supervisor/recovery/stale.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "protocol/user_socket.h"
#include "supervisor/kernel/procfs.h"
#include "supervisor/state/runtime_dir.h"

/* Who has adopted it may never wait for it (a container whose first process is no init). */
static bool is_dead(pid_t pid)
{
    struct procfs_stat unused;

    return pid == getpid() || (kill(pid, 0) < 0 && errno == ESRCH) ||
           procfs_stat(pid, &unused) == -ESRCH;
}

bool stale_any(void)
{
    struct dirent *entry;
    bool found = false;
    char dir[256];
    DIR *stream = runtime_dir_find(dir, sizeof dir) ? opendir(dir) : NULL;

    while (stream && !found && (entry = readdir(stream))) {
        pid_t pid = user_socket_pid(entry->d_name);

        found = pid > 0 && is_dead(pid);
    }
    if (stream)
        closedir(stream);
    return found;
}

void stale_remove(pid_t pid)
{
    char path[256];
    int dir = -1;

    if (pid > 0 && is_dead(pid) && runtime_dir_find(path, sizeof path))
        dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return;
    user_socket_remove(dir, pid);
    close(dir);
}
