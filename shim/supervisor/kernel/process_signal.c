/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/process_tree.h"

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

int tree_pidfd(pid_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    return fd < 0 ? -errno : fd;
}

/* With a pidfd the process can't be replaced between the look at it and the signal.  Without one
 * (Linux before 5.3, seccomp, no fd left) the gap is a few microseconds. */
static bool signal_one(const struct procfs_stat *p, int sig, bool (*wanted)(pid_t pid, int sig))
{
    bool sent = false;
    int fd = tree_pidfd(p->pid), err = fd;

    if (tree_alive(p->pid, p->start) && (!wanted || wanted(p->pid, sig))) {
        if (fd >= 0 && syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0) == 0)
            sent = true;
        else if (fd >= 0)
            err = -errno;
        sent = sent || (err != -ESRCH && kill(p->pid, sig) == 0);
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
            sent += signal_one(&t->proc[i], sig, NULL);
    for (size_t i = 0; i < t->n; i++)
        if (t->proc[i].pid != first)
            sent += signal_one(&t->proc[i], sig, NULL);
    return sent;
}

static bool is_stopped(const struct procfs_stat *p)
{
    return p->state == 'T' || p->state == 't';
}

void tree_signal_stopped(const struct tree *t, int sig)
{
    for (size_t i = 0; i < t->n; i++)
        if (is_stopped(&t->proc[i]))
            signal_one(&t->proc[i], sig, NULL);
}

/* The last member is likely to be the youngest, and one without children. */
int tree_watch(const struct tree *t)
{
    for (size_t i = t->n; i > 0; i--) {
        const struct procfs_stat *p = &t->proc[i - 1];
        int fd = tree_pidfd(p->pid);

        if (fd < 0 && fd != -ESRCH && fd != -EINVAL) /* a thread's number */
            return fd;
        if (fd >= 0 && tree_alive(p->pid, p->start))
            return fd;
        if (fd >= 0)
            close(fd);
    }
    return -ESRCH;
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

struct sets {
    unsigned long long caught, pending;
};

static bool signal_sets(pid_t pid, struct sets *s)
{
    unsigned long long set;
    char path[32], line[256];

    *s = (struct sets){0};
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    /* Lines may be longer than this (Groups); the rest then reads as a line. */
    while (fgets(line, sizeof line, f))
        if (sscanf(line, "SigPnd: %llx", &set) == 1 || sscanf(line, "ShdPnd: %llx", &set) == 1)
            s->pending |= set;
        else if (sscanf(line, "SigCgt: %llx", &s->caught) == 1)
            break;
    fclose(f);
    return true;
}

static bool is_in_set(unsigned long long set, int sig)
{
    return sig > 0 && sig <= 64 && (set >> (sig - 1) & 1);
}

bool tree_catches(pid_t pid, int sig)
{
    struct sets s;

    return signal_sets(pid, &s) && is_in_set(s.caught, sig);
}

/* Those that a program has no reason to name. Go's runtime leaves out SIGCONT and what stops from a
 * terminal, and SIGHUP where that is ignored. */
bool tree_catches_all(pid_t pid)
{
    static const int unusual[] = {SIGSTKFLT, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGIO, SIGPWR};
    struct sets s;
    bool all = signal_sets(pid, &s);

    for (unsigned i = 0; i < sizeof unusual / sizeof unusual[0]; i++)
        all = all && is_in_set(s.caught, unusual[i]);
    return all;
}

bool tree_has_pending(pid_t pid, int sig)
{
    struct sets s;

    return signal_sets(pid, &s) && is_in_set(s.pending, sig);
}

/* A real-time signal is queued as often as it is sent. */
static bool can_be_told(pid_t pid, int sig)
{
    struct sets s;

    if (!signal_sets(pid, &s))
        return !procfs_usable();
    return is_in_set(s.caught, sig) && !is_in_set(s.pending, sig);
}

bool tree_tell(const struct procfs_stat *p, int sig)
{
    return signal_one(p, sig, can_be_told);
}

/* A zombie with threads: the first one has ended, of the others none takes it. */
bool tree_is_stuck(const struct procfs_stat *p, int sig)
{
    return (is_stopped(p) || p->state == 'D' || p->state == 'Z') && tree_has_pending(p->pid, sig);
}
