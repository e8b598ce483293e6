/* SPDX-License-Identifier: ISC */
/* Hooks of processes. fork() needs none: its child is met by the atfork handler. vfork() is in
 * assembler. An exec decides whether the new program belongs to the generation. */
#include <sys/prctl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "entry/fork.h"
#include "entry/signal_handler.h"
#include "exec/inject.h"
#include "exec/recovery.h"
#include "exec/system.h"
#include "libc/export.h"
#include "libc/real.h"
#include "listener/closed.h"
#include "listener/descriptors.h"
#include "listener/listening.h"
#include "process/guest.h"
#include "process/own_fds.h"
#include "process/predecessors.h"
#include "process/readable.h"
#include "process/scratch.h"
#include "process/self.h"

/* One program to run, by whichever call. */
struct program {
    enum { EXECVE, EXECVPE, EXECVEAT, FEXECVE, SPAWN, SPAWNP } call;
    const char *path;
    char *const *argv;
    int dir, flags;
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attr;
    pid_t *pid;
};

static int run(const struct program *p, char *const envp[])
{
    switch (p->call) {
    case EXECVE:
        return real.execve(p->path, p->argv, envp);
    case EXECVPE:
        return real.execvpe(p->path, p->argv, envp);
    case EXECVEAT:
        return real.execveat(p->dir, p->path, p->argv, envp, p->flags);
    case FEXECVE:
        return real.fexecve(p->dir, p->argv, envp);
    case SPAWN:
        return real.posix_spawn(p->pid, p->path, p->actions, p->attr, p->argv, envp);
    default:
        return real.posix_spawnp(p->pid, p->path, p->actions, p->attr, p->argv, envp);
    }
}

static int run_inside(const struct program *p, char *const envp[], enum inject as)
{
    size_t pointers = inject_entries(envp) * sizeof(char *);
    size_t size = pointers + inject_bytes(envp);
    char *mapped = scratch_map(size);
    char *on_stack[mapped ? 1 : size / sizeof(char *) + 1];
    char *room = mapped ? mapped : (char *)on_stack;
    union handoff_fds loan;
    int r;

    if (own_fds_lend(&loan)) {
        struct handoff h = inject_handoff(as, p->argv, &loan);

        r = run(p, inject_environment(envp, &h, (char **)(void *)room, room + pointers));
        own_fds_take_back(&loan);
    } else {
        r = run(p, envp);
    }
    scratch_unmap(mapped, size);
    return r;
}

/* NULL stands for an array without entries, but not with fexecve(). */
static bool is_readable(const struct program *p, char *const array[])
{
    return array ? readable_texts(array) : p->call != FEXECVE;
}

static int run_program(const struct program *p, char *const envp[], bool in_place)
{
    bool readable = self.on && is_readable(p, p->argv) && is_readable(p, envp);
    enum inject as = readable ? inject_as(in_place, p->argv) : INJECT_NOTHING;

    return as == INJECT_NOTHING ? run(p, envp) : run_inside(p, envp, as);
}

/* exec in place: this pid goes on as something that may not have our signal handlers. */
static int exec_program(const struct program *p, char *const envp[])
{
    bool own = self.on && !guest_is_running();
    int r;

    if (own) {
        atomic_store(&self.slot->away, 1);
        recovery_release();
        closed_by_exec();
    }
    signal_handler_release();
    r = run_program(p, envp, true);
    if (own) {
        signal_handler_retake();
        atomic_store(&self.slot->away, 0);
        recovery_join(); /* nobody was told that it is the keeper while it was away */
    }
    return r;
}

EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
    return exec_program(&(struct program){EXECVE, .path = path, .argv = argv}, envp);
}

EXPORT int execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
    return exec_program(&(struct program){EXECVPE, .path = file, .argv = argv}, envp);
}

EXPORT int execvp(const char *file, char *const argv[])
{
    return execvpe(file, argv, environ);
}

EXPORT int execveat(int dir, const char *path, char *const argv[], char *const envp[], int flags)
{
    const struct program p = {EXECVEAT, .path = path, .argv = argv, .dir = dir, .flags = flags};

    return exec_program(&p, envp);
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
    return exec_program(&(struct program){FEXECVE, .argv = argv, .dir = fd}, envp);
}

static size_t count_arguments(va_list list)
{
    size_t n = 1;

    while (va_arg(list, char *))
        n++;
    return n;
}

/* On the caller's stack, as libc does: these calls are allowed in a vfork child. */
#define COLLECT_ARGUMENTS(list, last, first, argv)                 \
    va_start(list, last);                                          \
    size_t argv##_count = count_arguments(list) + 1;               \
    va_end(list);                                                  \
    char *argv[argv##_count];                                      \
    va_start(list, last);                                          \
    argv[0] = (char *)(uintptr_t)(first);                          \
    for (size_t argv##_i = 1; argv##_i < argv##_count; argv##_i++) \
    argv[argv##_i] = va_arg(list, char *)

EXPORT int execl(const char *path, const char *arg, ...)
{
    va_list list;

    COLLECT_ARGUMENTS(list, arg, arg, argv);
    va_end(list);
    return execve(path, argv, environ);
}

EXPORT int execlp(const char *file, const char *arg, ...)
{
    va_list list;

    COLLECT_ARGUMENTS(list, arg, arg, argv);
    va_end(list);
    return execvpe(file, argv, environ);
}

EXPORT int execle(const char *path, const char *arg, ...)
{
    va_list list;
    char *const *envp;

    COLLECT_ARGUMENTS(list, arg, arg, argv);
    envp = va_arg(list, char *const *);
    va_end(list);
    return execve(path, argv, envp);
}

EXPORT int posix_spawn(pid_t *restrict pid, const char *restrict path,
                       const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *restrict attr, char *const argv[restrict],
                       char *const envp[restrict])
{
    const struct program p = {SPAWN, path, argv, .actions = actions, .attr = attr, .pid = pid};

    return run_program(&p, envp, false);
}

EXPORT int posix_spawnp(pid_t *restrict pid, const char *restrict file,
                        const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *restrict attr, char *const argv[restrict],
                        char *const envp[restrict])
{
    const struct program p = {SPAWNP, file, argv, .actions = actions, .attr = attr, .pid = pid};

    return run_program(&p, envp, false);
}

EXPORT int system(const char *command)
{
    return self.on ? system_run(command) : real.system(command);
}

/* Only libc can make a stream that pclose() knows, and its shell gets environ, which other threads
 * read: so the command itself says what is to be added. */
static FILE *popen_inside(char *const argv[], const char *type, enum inject as)
{
    const char *command = argv[2];
    size_t size = inject_prefix_bytes(environ) + strlen(command) + 1;
    char *mapped = scratch_map(size);
    char on_stack[mapped ? 1 : size];
    char *text = mapped ? mapped : on_stack;
    union handoff_fds loan;
    FILE *stream;

    if (own_fds_lend(&loan)) {
        struct handoff h = inject_handoff(as, argv, &loan);

        strcpy(inject_prefix(text, environ, &h), command);
        stream = real.popen(text, type);
        own_fds_take_back(&loan);
    } else {
        stream = real.popen(command, type);
    }
    scratch_unmap(mapped, size);
    return stream;
}

EXPORT FILE *popen(const char *command, const char *type)
{
    char *const argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char *)(uintptr_t)command, NULL};
    enum inject as = self.on && readable_text(command) ? inject_as(false, argv) : INJECT_NOTHING;

    return as == INJECT_NOTHING ? real.popen(command, type) : popen_inside(argv, type, as);
}

/* INT_MIN is no group: it has no opposite. */
EXPORT int kill(pid_t pid, int sig)
{
    bool hidden = pid != INT_MIN && predecessors_hide(pid < 0 ? -pid : pid);

    return hidden ? -1 : real.kill(pid, sig);
}

/* thin asks this way. */
EXPORT pid_t getpgid(pid_t pid)
{
    return predecessors_hide(pid) ? -1 : real.getpgid(pid);
}

/* So does chronyd. */
EXPORT pid_t getsid(pid_t pid)
{
    return predecessors_hide(pid) ? -1 : real.getsid(pid);
}

EXPORT int prctl(int option, ...)
{
    unsigned long a[4];
    va_list list;

    va_start(list, option);
    for (int i = 0; i < 4; i++)
        a[i] = va_arg(list, unsigned long);
    va_end(list);
    if (option == PR_SET_SECCOMP && !guest_is_running())
        listening_confine();
    return real.prctl(option, a[0], a[1], a[2], a[3]);
}

EXPORT pid_t _Fork(void)
{
    pid_t pid;

    fork_prepare(); /* it runs no atfork handlers */
    pid = real._Fork();
    if (pid == 0)
        fork_child();
    return pid;
}

EXPORT int daemon(int nochdir, int noclose)
{
    int r = real.daemon(nochdir, noclose);

    /* /dev/null went onto these inside libc */
    for (int fd = 0; r == 0 && !noclose && fd <= 2; fd++)
        descriptors_closed(descriptors_closing(fd));
    return r;
}
