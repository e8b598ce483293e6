/* SPDX-License-Identifier: ISC */
#include "tree.h"

#include <sys/syscall.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

/* With a pidfd the process can't be replaced between the look at its start
 * time and the signal.  Without one (Linux before 5.3, seccomp, no fd left)
 * the gap is a few microseconds. */
static bool signal_one(const struct procfs_stat *p, int sig)
{
    bool sent = false;
    int fd = (int)syscall(SYS_pidfd_open, p->pid, 0);

    if (tree_alive(p->pid, p->start)) {
        sent = fd >= 0 && syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0) == 0;
        sent = sent || ((fd < 0 || errno != ESRCH) && kill(p->pid, sig) == 0);
    }
    if (fd >= 0)
        close(fd);
    return sent;
}

size_t tree_signal(const struct tree *t, int sig, pid_t first)
{
    size_t sent = 0;

    for (size_t i = 0; first && i < t->n; i++)
        if (t->proc[i].pid == first)
            sent += signal_one(&t->proc[i], sig);
    for (size_t i = 0; i < t->n; i++)
        if (t->proc[i].pid != first)
            sent += signal_one(&t->proc[i], sig);
    return sent;
}

unsigned long long tree_start_time(pid_t pid)
{
    struct procfs_stat st;
    return pid > 0 && procfs_stat(pid, &st) == 0 ? st.start : 0;
}

bool tree_alive(pid_t pid, unsigned long long start)
{
    unsigned long long now = tree_start_time(pid);
    return now && (!start || now == start);
}

bool tree_catches(pid_t pid, int sig)
{
    unsigned long long caught = 0;
    char path[32], line[256];

    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *f = sig > 0 && sig <= 64 ? fopen(path, "re") : NULL;
    if (!f)
        return false;
    /* Lines may be longer than this (Groups); the rest then reads as a line. */
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "SigCgt: %llx", &caught) == 1)
            break;
    fclose(f);
    return caught >> (sig - 1) & 1;
}
