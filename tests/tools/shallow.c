/* SPDX-License-Identifier: ISC */
/*
 * shallow [CALL...]: runs a program by each call that can, in a thread with the least stack that
 * there is, and prints "CALL BYTES": so much of a larger stack it takes (not what a child of fork()
 * does).
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include <err.h>
#include <pthread.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

enum { ROOM = 1 << 20, PAINT = 0xa5 };

static char *const argv_true[] = {"true", NULL};

static int wait_for(pid_t pid)
{
    int status = -1;

    return pid > 0 && waitpid(pid, &status, 0) == pid ? status : -1;
}

static int by_popen(void)
{
    FILE *stream = popen("exit 0", "r");

    return stream ? pclose(stream) : -1;
}

static int by_system(void)
{
    return system("exit 0");
}

static int by_posix_spawn(void)
{
    pid_t pid = -1;

    return posix_spawn(&pid, "/bin/true", NULL, NULL, argv_true, environ) ? -1 : wait_for(pid);
}

static int by_execve(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        execve("/bin/true", argv_true, environ);
        _exit(127);
    }
    return wait_for(pid);
}

static int by_vfork(void)
{
    pid_t pid = vfork();

    if (pid == 0) {
        execve("/bin/true", argv_true, environ);
        _exit(127);
    }
    return wait_for(pid);
}

static int by_execlp(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        execlp("true", "true", "1", "2", "3", (char *)NULL);
        _exit(127);
    }
    return wait_for(pid);
}

static const struct {
    const char *name;
    int (*run)(void);
} calls[] = {
    {"popen", by_popen},   {"system", by_system}, {"posix_spawn", by_posix_spawn},
    {"execve", by_execve}, {"vfork", by_vfork},   {"execlp", by_execlp},
};

static void *run(void *call)
{
    int (*const *function)(void) = call;

    return (*function)() == 0 ? call : NULL;
}

/* With an end that nobody may touch. */
static char *stack_new(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *stack =
        mmap(NULL, page + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (stack == MAP_FAILED || mprotect(stack, page, PROT_NONE) != 0)
        err(1, "mmap");
    memset(stack + page, PAINT, size);
    return stack + page;
}

/* How many bytes of it were used. */
static size_t run_on(size_t size, size_t call)
{
    char *stack = stack_new(size);
    pthread_attr_t attr;
    pthread_t thread;
    size_t unused = 0;
    void *done;

    pthread_attr_init(&attr);
    if (pthread_attr_setstack(&attr, stack, size) != 0 ||
        pthread_create(&thread, &attr, run, (void *)&calls[call].run) != 0)
        errx(1, "pthread_create");
    pthread_join(thread, &done);
    if (!done)
        errx(1, "%s failed on a stack of %zu bytes", calls[call].name, size);
    while (unused < size && stack[unused] == (char)PAINT)
        unused++;
    return size - unused;
}

static bool is_wanted(const char *name, char **names)
{
    bool all = !*names;

    for (; *names; names++)
        all = all || strcmp(*names, name) == 0;
    return all;
}

int main(int argc, char **argv)
{
    size_t least = (size_t)sysconf(_SC_THREAD_STACK_MIN);

    (void)argc;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (!is_wanted(calls[i].name, argv + 1))
            continue;
        printf("%s %zu\n", calls[i].name, run_on(ROOM, i));
        fflush(stdout);
        run_on(least, i);
    }
    return 0;
}
