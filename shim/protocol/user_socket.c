/* SPDX-License-Identifier: ISC */
#include "protocol/user_socket.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool user_socket_directory(char *dir, size_t size, const char *own)
{
    const char *xdg = getenv("XDG_RUNTIME_DIR");
    int n;

    if (own && *own)
        n = snprintf(dir, size, "%s", own);
    else if (geteuid() == 0)
        n = snprintf(dir, size, "/run/grace");
    else if (xdg && *xdg)
        n = snprintf(dir, size, "%s/grace", xdg);
    else
        n = snprintf(dir, size, "/tmp/grace-%u", (unsigned)geteuid());
    return n >= 0 && (size_t)n < size;
}

pid_t user_socket_pid(const char *name)
{
    size_t digits = strspn(name, "0123456789");

    return digits > 0 && digits < 10 && strcmp(name + digits, ".sock") == 0 ? atoi(name) : 0;
}

void user_socket_remove(int dir, pid_t pid)
{
    char name[32];

    snprintf(name, sizeof name, "%d.sock", (int)pid);
    unlinkat(dir, name, 0);
    snprintf(name, sizeof name, "%d.d/p", (int)pid);
    unlinkat(dir, name, 0);
    snprintf(name, sizeof name, "%d.d", (int)pid);
    unlinkat(dir, name, AT_REMOVEDIR);
}
