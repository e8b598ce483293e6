/* SPDX-License-Identifier: ISC */
#include "supervisor/state/runtime_dir.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "protocol/user_socket.h"
#include "supervisor/kernel/procfs.h"
#include "supervisor/state/supervisor.h"

/* False: its path is too long for a socket in it. */
static bool directory_path(char *dir, size_t size)
{
    errno = ENAMETOOLONG;
    return user_socket_directory(dir, size, supervisor.options.runtime_dir) &&
           strlen(dir) + sizeof "/1234567.sock" <= sizeof((struct sockaddr_un *)0)->sun_path;
}

static bool is_ours_alone(const char *dir)
{
    struct stat st;

    if (lstat(dir, &st) < 0)
        return false;
    errno = 0;
    return S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 022) == 0;
}

bool runtime_dir_make(char *dir, size_t size)
{
    if (!directory_path(dir, size))
        return false;
    if (mkdir(dir, 0700) == 0)
        chmod(dir, 0700); /* whatever the umask: it stays for the servers to come */
    else if (errno != EEXIST)
        return false;
    return is_ours_alone(dir);
}

/* The same, if it is there. */
static bool find_ours(char *dir, size_t size)
{
    return directory_path(dir, size) && is_ours_alone(dir);
}

/* Who has adopted it may never wait for it (a container whose first process is no init). */
static bool is_dead(pid_t pid)
{
    struct procfs_stat unused;

    return pid == getpid() || (kill(pid, 0) < 0 && errno == ESRCH) ||
           procfs_stat(pid, &unused) == -ESRCH;
}

bool runtime_dir_has_dead(void)
{
    struct dirent *entry;
    bool found = false;
    char dir[256];
    DIR *stream = find_ours(dir, sizeof dir) ? opendir(dir) : NULL;

    while (stream && !found && (entry = readdir(stream))) {
        pid_t pid = user_socket_pid(entry->d_name);

        found = pid > 0 && is_dead(pid);
    }
    if (stream)
        closedir(stream);
    return found;
}

void runtime_dir_remove(pid_t pid)
{
    char path[256];
    int dir = -1;

    if (pid > 0 && is_dead(pid) && find_ours(path, sizeof path))
        dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return;
    user_socket_remove(dir, pid);
    close(dir);
}
