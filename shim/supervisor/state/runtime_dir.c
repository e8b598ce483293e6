/* SPDX-License-Identifier: ISC */
#include "supervisor/state/runtime_dir.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "protocol/user_socket.h"
#include "supervisor/state/supervisor.h"

/* False: its path is too long for a socket in it. */
static bool path_of(char *dir, size_t size)
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
    if (!path_of(dir, size))
        return false;
    if (mkdir(dir, 0700) == 0)
        chmod(dir, 0700); /* whatever the umask: it stays for the servers to come */
    else if (errno != EEXIST)
        return false;
    return is_ours_alone(dir);
}

bool runtime_dir_find(char *dir, size_t size)
{
    return path_of(dir, size) && is_ours_alone(dir);
}
