/* SPDX-License-Identifier: ISC */
#include "proc.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The state and the parent stand behind the name, which may contain anything, even ") ". */
static int read_stat(pid_t pid, char *state, pid_t *parent)
{
    char path[32], text[512], *end;
    ssize_t n;
    int fd, ppid;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1)
        return -1;
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (n <= 0)
        return -1;
    text[n] = '\0';
    end = strrchr(text, ')');
    if (end == NULL || sscanf(end + 1, " %c %d", state, &ppid) != 2)
        return -1;
    *parent = ppid;
    return 0;
}

pid_t proc_parent(pid_t pid)
{
    pid_t parent;
    char state;

    return read_stat(pid, &state, &parent) == 0 ? parent : -1;
}

bool proc_stopped(pid_t pid)
{
    pid_t parent;
    char state;

    return read_stat(pid, &state, &parent) == 0 && (state == 'T' || state == 't');
}
