/* SPDX-License-Identifier: ISC */
#include "supervisors/proc.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The parent, or -1. Both stand behind the name, which may contain anything, even ") ". */
static pid_t read_stat(pid_t pid, char *state)
{
    char path[32], text[512], *end;
    ssize_t n;
    int fd, parent;

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
    return end != NULL && sscanf(end + 1, " %c %d", state, &parent) == 2 ? parent : -1;
}

pid_t proc_parent(pid_t pid)
{
    char state;

    return read_stat(pid, &state);
}

bool proc_stopped(pid_t pid)
{
    char state;

    return read_stat(pid, &state) != -1 && (state == 'T' || state == 't');
}
