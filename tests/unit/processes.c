/* SPDX-License-Identifier: ISC */
#include "processes.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/kernel/process_tree.h"

struct shared *shared;
static int told[2]; /* a byte for each process that is where it should be */
static int gate[2]; /* closed: the processes that wait may go on */

void tell(void)
{
    alarm(120); /* outlives no test that was killed itself */
    if (write(told[1], "", 1) != 1)
        _exit(99);
}

void hear(int times)
{
    char c;

    for (int i = 0; i < times; i++)
        if (read(told[0], &c, 1) != 1)
            _exit(99);
}

void gate_wait(void)
{
    char c;

    close(gate[1]);
    while (read(gate[0], &c, 1) < 0)
        ;
}

_Noreturn void stay(int who)
{
    shared->pid[who] = getpid();
    close(gate[1]);
    tell();
    for (;;)
        pause();
}

void begin(void)
{
    memset(shared, 0, sizeof *shared);
    if (pipe2(told, O_CLOEXEC) < 0 || pipe2(gate, O_CLOEXEC) < 0)
        _exit(99);
}

static void kill_children(void)
{
    struct procfs_stat st;
    struct procfs_dir dir;
    int pid;

    procfs_open(&dir, "/proc");
    while ((pid = procfs_next(&dir)) > 0)
        if (procfs_stat(pid, &st) == 0 && st.ppid == getpid())
            kill(pid, SIGKILL);
    procfs_close(&dir);
}

/* Without the module under test.  A child of a killed one becomes ours. */
void end(void)
{
    for (pid_t pid = 0; pid >= 0 || errno != ECHILD; pid = waitpid(-1, NULL, WNOHANG))
        if (pid == 0)
            kill_children();
    close(told[0]);
    close(told[1]);
    close(gate[0]);
    close(gate[1]);
}

void gate_open(void)
{
    close(gate[1]);
    gate[1] = -1;
}

pid_t fork_stay(int who)
{
    pid_t pid = fork();
    if (pid == 0)
        stay(who);
    return pid;
}

void gone(pid_t pid)
{
    while (tree_start_time(pid))
        sched_yield();
}

int refuse(long nr, long arg)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)arg, 0, arg < 0 ? 0 : 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog prog = {sizeof code / sizeof *code, code};

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

int count_fds(void)
{
    struct procfs_dir dir;
    int n = 0;

    procfs_open(&dir, "/proc/self/fd");
    while (procfs_next(&dir) >= 0)
        n++;
    procfs_close(&dir);
    return n;
}

int setup(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    setvbuf(stdout, NULL, _IONBF, 0);
    return count_fds();
}
