/* SPDX-License-Identifier: ISC */
#include "supervisor/front/unix_placeholder.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <stdio.h>
#include <unistd.h>

#include "supervisor/kernel/io.h"
#include "supervisor/state/runtime_dir.h"

/* As long as the user socket's, so where that one has its place there is one for this. */
static bool place_name(char *place, size_t size)
{
    char runtime[256];

    return runtime_dir_make(runtime, sizeof runtime) &&
           snprintf(place, size, "%s/%d.d", runtime, (int)getpid()) < (int)size;
}

/* Mode 0 besides, for whoever opens the file while it is there. */
static bool bind_for_nobody(int fd, const char *place)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    mode_t mask;
    int r;

    if (snprintf(un.sun_path, sizeof un.sun_path, "%s/p", place) >= (int)sizeof un.sun_path)
        return false;
    unlink(un.sun_path); /* of a dead supervisor with this pid */
    mask = umask(0777);
    r = bind(fd, (struct sockaddr *)&un, sizeof un);
    umask(mask);
    if (r == 0)
        unlink(un.sun_path);
    return r == 0;
}

/* It listens with our credentials: never under a name that a process gave it. */
void unix_placeholder_settle(int fd)
{
    char place[256];

    if (io_socket_option(fd, SO_DOMAIN) != AF_UNIX || !place_name(place, sizeof place))
        return;
    if (mkdir(place, 0700) == 0)
        chmod(place, 0700); /* whatever the umask */
    if (bind_for_nobody(fd, place))
        listen(fd, 1);
    rmdir(place);
}
