/* SPDX-License-Identifier: ISC */
/* program: what a process has loaded, and what it will never load. */
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/kernel/process_tree.h"
#include "supervisor/kernel/program.h"
#include "tap.h"

#define LIBC   "/some/where/libc.so.6"
#define LOADER "/lib64/ld-linux-x86-64.so.2"
#define OTHER  "/some/where/libother.so"

static void end(pid_t pid)
{
    if (pid > 0 && kill(pid, SIGKILL) == 0)
        waitpid(pid, NULL, 0);
}

/* A child that has prepared itself, and waits; -1: it could not. */
static pid_t fork_waiting(bool (*prepare)(const void *), const void *how)
{
    int ready[2];
    char c = 0;

    if (pipe(ready) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        c = prepare(how);
        if (write(ready[1], &c, 1) == 1)
            for (;;)
                pause();
    }
    close(ready[1]);
    if (read(ready[0], &c, 1) != 1 || !c) {
        end(pid);
        pid = -1;
    }
    close(ready[0]);
    return pid;
}

struct range {
    int first, last;
};

static bool catch_signals(const void *range)
{
    const struct range *r = range;

    for (int sig = r->first; sig <= r->last; sig++)
        signal(sig, _exit);
    return true;
}

static pid_t fork_catching(int first, int last)
{
    return fork_waiting(catch_signals, &(struct range){first, last});
}

static void test_loaded(void)
{
    pid_t pid = fork_catching(1, 0);

    is_int(program_look(pid, LIBC), PROGRAM_LOADED, "a library that is mapped");
    is_int(program_look(pid, OTHER), PROGRAM_OTHER, "one that the loader has done without");
    is_int(program_look(pid, "libc.so"), PROGRAM_OTHER, "a name is compared as a whole");
    end(pid);
    is_int(program_look(pid, LIBC), PROGRAM_GONE, "a process that has ended");
}

/* It closes the pipe as it is executed. */
static pid_t execute(char *const argv[])
{
    int executed[2];
    char c;

    if (pipe2(executed, O_CLOEXEC) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execv(argv[0], argv);
        _exit(1);
    }
    close(executed[1]);
    if (read(executed[0], &c, 1) != 0)
        pid = -1;
    close(executed[0]);
    return pid;
}

static bool becomes(pid_t pid, const char *library, enum program wanted)
{
    enum program p;

    while ((p = program_look(pid, library)) == PROGRAM_LOADING)
        usleep(1000);
    return p == wanted;
}

/* "ld.so sleep 60" */
static void test_loader(void)
{
    char *argv[] = {LOADER, "/bin/sleep", "60", NULL};
    pid_t pid = execute(argv);

    ok(becomes(pid, LIBC, PROGRAM_LOADED), "a loader that is executed itself is no static program");
    end(pid);
}

enum { WORDS = 6 };

static void skip_fields(FILE *stat, int n)
{
    while (n-- > 0 && fscanf(stat, "%*s") == 0)
        ;
}

/* What the kernel says of us: these words; of our memory what it says already. */
static bool tell(const void *words)
{
    struct prctl_mm_map m = {
        .auxv = (void *)words, .auxv_size = WORDS * sizeof(unsigned long), .exe_fd = -1};
    FILE *stat = fopen("/proc/self/stat", "re");
    int found = 0;

    if (stat) {
        skip_fields(stat, 25);
        found = fscanf(stat, "%llu %llu %llu", &m.start_code, &m.end_code, &m.start_stack);
        skip_fields(stat, 16);
        found += fscanf(stat, "%llu %llu %llu %llu %llu %llu %llu", &m.start_data, &m.end_data,
                        &m.start_brk, &m.arg_start, &m.arg_end, &m.env_start, &m.env_end);
        fclose(stat);
    }
    m.brk = (unsigned long)sbrk(0);
    return found == 10 && prctl(PR_SET_MM, PR_SET_MM_MAP, &m, sizeof m, 0) == 0;
}

/* What execve() has written of the pairs. */
static void test_executing(void)
{
    static const struct {
        unsigned long words[WORDS];
        enum program program;
        const char *what;
    } cases[] = {
        {{AT_NULL, 0}, PROGRAM_LOADED, "of a process that has new memory nothing is said yet"},
        {{AT_HWCAP, 1}, PROGRAM_LOADED, "or not yet whether it has a loader"},
        {{AT_HWCAP, 1, AT_BASE, 1}, PROGRAM_LOADED, "it has one"},
        {{AT_HWCAP, 1, AT_BASE, 0}, PROGRAM_STATIC, "it has none"},
        {{AT_BASE, 1, AT_SECURE, 1}, PROGRAM_SECURE, "that drops LD_PRELOAD"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pid_t pid = fork_waiting(tell, cases[i].words);

        ok(pid > 0, "a process of which the kernel says what the test wants");
        is_int(program_look(pid, LIBC), cases[i].program, "%s", cases[i].what);
        end(pid);
    }
}

static void test_catching(void)
{
    pid_t all = fork_catching(1, 64), some = fork_catching(SIGHUP, SIGTERM);

    ok(tree_catches_all(all) && tree_catches(all, SIGHUP), "who catches all signals is told from");
    ok(!tree_catches_all(some) && tree_catches(some, SIGHUP), "who catches some");
    end(all);
    end(some);
}

int main(void)
{
    test_loaded();
    test_loader();
    test_executing();
    test_catching();
    return done();
}
