/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/control_socket.h"

#include <sys/socket.h>

/* A message of each listener that there can be may wait, as far as the kernel allows. */
static void make_room(int sender)
{
    const int bytes = 2 << 20;

    if (setsockopt(sender, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) < 0)
        setsockopt(sender, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

bool control_socket_pair(int ends[2])
{
    int on = 1;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0 ||
        setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
        return false;
    make_room(ends[1]);
    return true;
}
