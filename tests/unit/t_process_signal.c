/* SPDX-License-Identifier: ISC */
/* tree: signals reach the processes they are meant for, and no other. */
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/sched.h>

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "processes.h"
#include "supervisor/kernel/process_tree.h"
#include "tap.h"

static size_t scan(struct tree *t, pid_t a, pid_t b)
{
    struct tree_root roots[] = {{a, 0, false}, {b, 0, false}};
    return tree_scan(t, roots, b ? 2 : 1, getpid()) == 0 ? t->n : (size_t)-1;
}

static long ticks(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * 100 + now.tv_nsec / 10000000;
}

/* A process with a pid of our choice, -1 without the privilege. */
static pid_t fork_as(pid_t pid)
{
    struct clone_args args = {
        .exit_signal = SIGCHLD, .set_tid = (uintptr_t)&pid, .set_tid_size = 1};
    long born = ticks();

    while (ticks() < born + 2) /* start times have that resolution */
        sched_yield();
    return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

static void test_reuse(void)
{
    struct tree t = {0}, stale = {0};

    begin();
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        fork_stay(1);
        stay(0);
    }
    hear(2);
    struct tree_root root = {pid, tree_start_time(pid), false};
    tree_scan(&t, &root, 1, getpid());
    tree_scan(&stale, &root, 1, getpid());
    ok(t.n == 2 && t.nleader == 1, "a leader and its child");
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    tree_scan(&t, &root, 1, getpid());
    ok(t.n == 1 && t.nleader == 1, "the child of the dead leader");
    kill(shared->pid[1], SIGKILL);
    waitpid(shared->pid[1], NULL, 0);
    pid_t again = fork_as(pid);
    if (again == 0) {
        setpgid(0, 0);
        fork_stay(3);
        stay(2);
    }
    if (again < 0) {
        ok(true, "pid reuse # SKIP clone3(set_tid): %s", strerror(errno));
    } else {
        hear(2);
        ok(!tree_alive(pid, root.start), "a reused pid is another process");
        ok(tree_signal(&stale, SIGKILL, pid) == 0, "which isn't signalled");
        ok(tree_scan(&stale, &root, 1, getpid()) == 0 && stale.n == 0, "nor is it a member");
        ok(tree_scan(&t, NULL, 0, getpid()) == 0 && t.n == 0 && t.nleader == 0,
           "nor is its group ours because a dead one had the number");
        ok(scan(&t, pid, 0) == 2, "unless it is a root of its own right");
    }
    end();
    tree_free(&t);
    tree_free(&stale);
}

static _Noreturn void worker(void)
{
    tell();
    for (;;)
        pause();
}

/* Replaces each worker that dies. */
static _Noreturn void master(void)
{
    for (int i = 0; i < 4; i++)
        if (fork() == 0)
            worker();
    for (;;) {
        while (wait(NULL) < 0)
            pause();
        shared->forks++;
        if (fork() == 0)
            worker();
    }
}

static void test_kill(void)
{
    struct tree t = {0};

    begin();
    pid_t pid = fork();
    if (pid == 0)
        master();
    hear(4);
    while (scan(&t, pid, 0) > 0) {
        tree_signal(&t, SIGKILL, pid);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        sched_yield(); /* who is killed has to run once more */
    }
    ok(t.n == 0 && shared->forks == 0, "killed first, a master replaces no worker");
    end();
    tree_free(&t);
}

static void test_no_pidfd(void)
{
    struct tree t = {0};
    int status = -1;

    begin();
    pid_t target = fork_stay(0);
    hear(1);
    pid_t pid = fork();
    if (pid == 0) {
        struct tree_root root = {target, 0, false};
        if (refuse(SYS_pidfd_open, -1) < 0 || syscall(SYS_pidfd_open, target, 0) >= 0)
            _exit(2);
        tree_scan(&t, &root, 1, getppid());
        _exit(tree_signal(&t, SIGTERM, 0) != 1);
    }
    waitpid(pid, &status, 0);
    ok(status == 0, "signalled without pidfds (status %#x)", (unsigned)status);
    waitpid(target, &status, 0);
    ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "and it got it");
    end();
}

static void ignore(int sig)
{
    (void)sig;
}

static void test_catches(void)
{
    static gid_t groups[4000];

    begin();
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        groups[i] = 1000000 + (gid_t)i;
    pid_t pid = fork();
    if (pid == 0) {
        /* A line of 30 kB before the one that matters. */
        if (setgroups(sizeof groups / sizeof *groups, groups) < 0)
            puts("# no privilege for setgroups");
        signal(57, ignore);
        signal(SIGUSR2, SIG_IGN);
        stay(0);
    }
    hear(1);
    ok(tree_catches(pid, 57), "a handler is seen");
    ok(!tree_catches(pid, 58) && !tree_catches(pid, 56), "not those beside it");
    ok(!tree_catches(pid, SIGUSR2), "an ignored signal has none");
    ok(!tree_catches(1 << 29, 57) && !tree_catches(pid, 65) && !tree_catches(pid, 0), "nonsense");
    end();
}

static void test_tell(void)
{
    struct procfs_stat p = {0};

    begin();
    pid_t unprepared = fork_stay(0);
    pid_t pid = fork();
    if (pid == 0) {
        signal(57, ignore);
        stay(1);
    }
    hear(2);
    ok(procfs_stat(unprepared, &p) == 0 && !tree_tell(&p, 57), "who has no handler is not told");
    kill(pid, SIGSTOP);
    while (procfs_stat(pid, &p) == 0 && p.state != 'T')
        sched_yield();
    ok(!tree_is_stuck(&p, 57), "a stopped process that was told nothing");
    ok(tree_tell(&p, 57) && tree_is_stuck(&p, 57), "has it before it when it goes on");
    ok(tree_has_pending(pid, 57) && !tree_has_pending(pid, SIGSTOP), "which is seen");
    ok(!tree_tell(&p, 57), "and is told once");
    struct procfs_stat other = p;
    other.start++;
    kill(pid, SIGCONT);
    while (procfs_stat(pid, &p) == 0 && p.state == 'T')
        sched_yield();
    ok(!tree_is_stuck(&p, 57) && !tree_tell(&other, 57), "another with its number is not told");
    end();
}

static void test_watch(void)
{
    struct tree t = {0};
    struct pollfd poller = {.events = POLLIN};

    begin();
    pid_t pid = fork_stay(0);
    hear(1);
    scan(&t, pid, 0);
    poller.fd = tree_watch(&t);
    ok(poller.fd >= 0 && poll(&poller, 1, 0) == 0, "a member is watched");
    kill(pid, SIGKILL);
    ok(poll(&poller, 1, -1) == 1, "until its end");
    ok(tree_watch(&t) == -ESRCH, "then there is none");
    close(poller.fd);
    end();
    tree_free(&t);
}

int main(void)
{
    int fds = setup();

    test_reuse();
    test_kill();
    test_no_pidfd();
    test_catches();
    test_tell();
    test_watch();
    ok(count_fds() == fds, "no fd is left open");
    return done();
}
