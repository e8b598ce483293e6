/* SPDX-License-Identifier: ISC */
/* tree: which processes belong to a generation. */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
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

static void test_self(void)
{
    unsigned long long start = tree_start_time(getpid());

    ok(start > 0, "this process has a start time");
    ok(tree_alive(getpid(), start) && tree_alive(getpid(), 0), "and is alive");
    ok(!tree_alive(getpid(), start + 1), "another start time is another process");
    ok(tree_start_time(0) == 0 && tree_start_time(1 << 29) == 0, "no such process: 0");
    begin();
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT);
    ok(tree_start_time(pid) == 0 && !tree_alive(pid, 0), "a zombie is not alive");
    end();
}

static _Noreturn void family(void)
{
    setpgid(0, 0);
    prctl(PR_SET_NAME, ") Z 1 1\n(");
    if (fork() == 0) {
        fork_stay(2);
        stay(1);
    }
    pid_t dead = fork();
    if (dead == 0)
        _exit(0);
    waitid(P_PID, (id_t)dead, &(siginfo_t){0}, WEXITED | WNOWAIT);
    shared->pid[3] = dead;
    stay(0);
}

static void test_descendants(void)
{
    struct tree t = {0};

    begin();
    pid_t main_pid = fork();
    if (main_pid == 0)
        family();
    pid_t next = fork_stay(4);
    hear(4);
    ok(scan(&t, main_pid, 0) == 3, "a process, its child and grandchild");
    ok(tree_has(&t, main_pid) && tree_has(&t, shared->pid[1]) && tree_has(&t, shared->pid[2]),
       "and a name can't fool us");
    ok(!tree_has(&t, shared->pid[3]), "a zombie is no member");
    ok(!tree_has(&t, getpid()) && !tree_ignores(&t, getpid()), "the supervisor is not concerned");
    ok(!tree_has(&t, next) && tree_ignores(&t, next), "its other child belongs elsewhere");
    ok(tree_kin(&t, next) == TREE_SUPERVISED && tree_kin(&t, 1) == TREE_OTHER, "kin of strangers");
    pid_t late = fork();
    if (late == 0) {
        setpgid(0, main_pid);
        stay(5);
    }
    hear(1);
    ok(!tree_has(&t, late) && tree_kin(&t, late) == TREE_MEMBER, "kin of one born after the scan");
    ok(scan(&t, main_pid, 0) == 4, "whom the next scan has by its process group");
    ok(tree_signal(&t, SIGKILL, main_pid) == 4, "four are signalled");
    end();
    ok(scan(&t, main_pid, 0) == 0 && tree_signal(&t, SIGKILL, 0) == 0, "none is left");
    tree_free(&t);
}

/* main - middle (a session of its own) - orphan; middle ends at the gate. */
static pid_t daemonize(void)
{
    pid_t main_pid = fork();
    if (main_pid)
        return main_pid;
    if (fork() == 0) {
        setsid();
        shared->pid[1] = getpid();
        fork_stay(2);
        tell();
        gate_wait();
        _exit(0);
    }
    signal(SIGCHLD, SIG_IGN);
    stay(0);
}

static void test_orphan(void)
{
    struct tree known = {0}, rooted = {0}, blank = {0}, late = {0};

    begin();
    pid_t main_pid = daemonize();
    hear(3);
    ok(scan(&known, main_pid, 0) == 3, "before the daemon's parent ends");
    gate_open();
    gone(shared->pid[1]);
    ok(scan(&known, main_pid, 0) == 2 && tree_has(&known, shared->pid[2]),
       "an orphan in a session of its own, seen before, stays a member");
    ok(scan(&known, main_pid, 0) == 2, "and in the next scan");
    ok(scan(&rooted, main_pid, shared->pid[1]) == 2 && tree_has(&rooted, shared->pid[2]),
       "one never seen is a member by the dead leader of its session");
    ok(scan(&blank, main_pid, 0) == 1 && tree_ignores(&blank, shared->pid[2]),
       "but not without a trace of it");
    struct tree_root named = {shared->pid[2], 0, true};
    ok(tree_scan(&late, &named, 1, getpid()) == 0 && late.n == 0,
       "nor because it is named, for anybody can be");
    kill(main_pid, SIGKILL);
    gone(main_pid);
    ok(scan(&known, main_pid, 0) == 1, "the main process dead, the orphan is the generation");
    end();
    tree_free(&known);
    tree_free(&rooted);
    tree_free(&blank);
    tree_free(&late);
}

/* A session that the tree belongs to no more. */
static void test_parted(void)
{
    struct tree t = {0};
    struct procfs_stat child;

    begin();
    pid_t main_pid = daemonize();
    hear(3);
    ok(scan(&t, main_pid, 0) == 3, "before the daemon's parent ends");
    gate_open();
    gone(shared->pid[1]);
    ok(scan(&t, main_pid, 0) == 2 && tree_part(&t, shared->pid[1]), "its session is parted");
    ok(t.n == 1 && !tree_has(&t, shared->pid[2]), "and is none of it at once");
    ok(scan(&t, main_pid, 0) == 1 && tree_ignores(&t, shared->pid[2]), "nor at the next scan");
    ok(tree_kin(&t, shared->pid[2]) == TREE_SUPERVISED &&
           procfs_stat(shared->pid[2], &child) == 0 && !tree_learns(&t, &child),
       "nor for who asks");
    kill(shared->pid[2], SIGKILL);
    gone(shared->pid[2]);
    ok(scan(&t, main_pid, 0) == 1 && t.napart == 0, "a session that is none is forgotten");
    end();
    tree_free(&t);
}

static void mark(struct tree *t, int fd)
{
    struct stat st;

    fstat(fd, &st);
    t->dev = st.st_dev;
    t->ino = st.st_ino;
}

static enum tree_hint hint;

static enum tree_hint hint_of(const struct tree *t, const struct procfs_stat *p)
{
    (void)t;
    (void)p;
    return hint;
}

/* An orphan in a session of its own that no scan has seen before. */
static void test_page(void)
{
    struct tree ours = {0}, late = {0}, next = {0}, taken = {.hint = hint_of};
    int page = memfd_create("page", MFD_CLOEXEC), other = memfd_create("other", MFD_CLOEXEC);

    mark(&ours, page);
    mark(&late, page);
    mark(&taken, page);
    mark(&next, other);
    begin();
    pid_t main_pid = fork();
    if (main_pid == 0) {
        close(other);
        if (fork() == 0) {
            setsid();
            fork_stay(1);
            _exit(0);
        }
        signal(SIGCHLD, SIG_IGN);
        stay(0);
    }
    hear(2);
    struct procfs_stat orphan;
    while (procfs_stat(shared->pid[1], &orphan) < 0 || orphan.ppid != getpid())
        sched_yield();
    ok(scan(&ours, main_pid, 0) == 2 && tree_has(&ours, shared->pid[1]),
       "an orphan with the page is a member");
    ok(scan(&next, main_pid, 0) == 1 && tree_ignores(&next, shared->pid[1]),
       "with another's page it is none");
    tree_plant(&late, main_pid, getpid());
    ok(procfs_stat(shared->pid[1], &orphan) == 0 && tree_learns(&late, &orphan) && late.n == 2,
       "one that is asked for is learned");
    hint = TREE_TAKEN;
    ok(scan(&taken, main_pid, 0) == 1, "one that is known to be another's is none");
    end();
    close(page);
    close(other);
    tree_free(&ours);
    tree_free(&late);
    tree_free(&next);
    tree_free(&taken);
}

/* A daemon's first child was about to exit while one looked: its descriptors had gone. */
static void test_second_child(void)
{
    struct tree t = {0};
    int page = memfd_create("page", MFD_CLOEXEC);

    mark(&t, page);
    begin();
    pid_t first = fork();
    if (first == 0) {
        fork_stay(1);
        close(page);
        stay(0);
    }
    hear(2);
    ok(tree_scan(&t, NULL, 0, getpid()) == 0 && t.n == 0, "an orphan without the page is none");
    kill(first, SIGKILL);
    gone(first);
    while (tree_kin(&t, shared->pid[1]) == TREE_OTHER)
        sched_yield();
    ok(tree_scan(&t, NULL, 0, getpid()) == 0 && tree_has(&t, shared->pid[1]),
       "its child that has it is one");
    end();
    close(page);
    tree_free(&t);
}

/* Another supervisor has started it: what leaves it becomes the child of somebody else. */
static void test_foreign(void)
{
    struct tree t = {.hint = hint_of, .foreign = true};
    int page = memfd_create("page", MFD_CLOEXEC);

    mark(&t, page);
    begin();
    pid_t former = fork();
    if (former == 0) {
        stay(0);
    }
    pid_t stranger = fork_stay(1);
    hear(2);
    pid_t us = fork();
    if (us == 0) {
        struct tree_root roots[] = {{former, 0, false}, {stranger, 0, true}};

        hint = TREE_UNNAMED;
        if (tree_scan(&t, roots, 2, getpid()) < 0 || t.n != 1 || !tree_has(&t, former))
            _exit(1);
        hint = TREE_NAMED;
        if (tree_scan(&t, roots, 2, getpid()) < 0 || t.n != 2 || !tree_has(&t, stranger))
            _exit(2);
        _exit(0);
    }
    int status;
    waitpid(us, &status, 0);
    ok(status == 0, "one elsewhere is a member if it has the page and is named (%#x)",
       (unsigned)status);
    end();
    close(page);
    tree_free(&t);
}

/* The shim of a running server starts a new supervisor: a child of a member. */
static void test_taken_over(void)
{
    struct tree t = {0};

    begin();
    pid_t main_pid = fork();
    if (main_pid == 0) {
        setsid();
        if (fork() == 0) {
            fork_stay(2);
            stay(1);
        }
        stay(0);
    }
    hear(3);
    struct tree_root root = {main_pid, 0, false};
    tree_scan(&t, &root, 1, shared->pid[1]);
    ok(t.n == 1 && tree_has(&t, main_pid), "a supervisor below its generation is no member");
    ok(tree_ignores(&t, shared->pid[2]) && tree_kin(&t, shared->pid[2]) == TREE_SUPERVISED,
       "nor is what it starts, though in the session of the generation");
    end();
    tree_free(&t);
}

static void *thread_stay(void *arg)
{
    (void)arg;
    while (tree_start_time(getpid()) == 0)
        sched_yield();
    struct procfs_stat st = {0};
    while (procfs_stat(getpid(), &st) < 0 || st.state != 'Z')
        sched_yield();
    stay(0);
}

static void test_first_thread(void)
{
    struct tree t = {0};

    begin();
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t thread;
        pthread_create(&thread, NULL, thread_stay, NULL);
        pthread_exit(NULL);
    }
    hear(1);
    ok(scan(&t, pid, 0) == 1, "a process lives on without its first thread");
    ok(tree_signal(&t, SIGKILL, 0) == 1, "and can be signalled");
    end();
    tree_free(&t);
}

static void test_time(void)
{
    struct timespec a, b;
    struct tree t = {0};

    begin();
    for (int i = 0; i < 200; i++)
        fork_stay(0);
    hear(200);
    clock_gettime(CLOCK_MONOTONIC, &a);
    struct tree_root root = {shared->pid[0], 0, false};
    tree_scan(&t, &root, 1, getpid());
    clock_gettime(CLOCK_MONOTONIC, &b);
    printf("# scan with %zu processes below the supervisor: %ld us\n", t.n + t.nother,
           (b.tv_sec - a.tv_sec) * 1000000 + (b.tv_nsec - a.tv_nsec) / 1000);
    ok(t.n == 1 && t.nother == 199, "200 processes");
    end();
    tree_free(&t);
}

int main(void)
{
    int fds = setup();

    test_self();
    test_descendants();
    test_orphan();
    test_parted();
    test_page();
    test_second_child();
    test_foreign();
    test_taken_over();
    test_first_thread();
    test_time();
    ok(count_fds() == fds, "no fd is left open");
    return done();
}
