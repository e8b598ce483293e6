/* SPDX-License-Identifier: ISC */
#include "exec/supervise.h"

#include <sys/auxv.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "exec/inject.h"
#include "libc/real.h"
#include "protocol/envp.h"
#include "protocol/preload_list.h"

enum { ARGUMENTS_MAX = 1 << 16, SCRIPT_DEPTH = 12 }; /* interpreters may be scripts, too */

extern void _start(void);

/* The toolchain's own loader; makes the shared object executable (readelf: INTERP). */
static const char loader[] __attribute__((section(".interp"), used)) = GRACE_INTERPRETER;

bool supervise_is_library(void)
{
    return getauxval(AT_ENTRY) == (unsigned long)_start;
}

bool supervise_library(char *path, unsigned size)
{
    Dl_info info;
    size_t used = 0, n;

    if (!dladdr((void *)(uintptr_t)supervise_library, &info) || !info.dli_fname)
        return false;
    if (info.dli_fname[0] != '/') {
        if (!getcwd(path, size))
            return false;
        used = strlen(path);
        path[used++] = '/';
    }
    n = strlen(info.dli_fname);
    if (used + n >= size)
        return false;
    memcpy(path + used, info.dli_fname, n + 1);
    return true;
}

static bool is_elf(const char *path)
{
    char magic[SELFMAG];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool elf = fd >= 0 && read(fd, magic, SELFMAG) == SELFMAG && !memcmp(magic, ELFMAG, SELFMAG);

    if (fd >= 0)
        real.close(fd);
    return elf;
}

/* What the user asked to run: `*path`, with the arguments after argv[first].  AT_EXECFN, not
 * /proc/self/exe: a symlink is to be followed anew at each restart.  For a script it names the
 * script, which the kernel has put behind the interpreter and its argument. */
static const char *program_command(char **argv, int *first)
{
    const char *name = (const char *)getauxval(AT_EXECFN);

    *first = 0;
    if (!name)
        return argv[0];
    for (int i = 1; i < SCRIPT_DEPTH && argv[i - 1] && argv[i]; i++)
        if (strcmp(argv[i], name) == 0 && !is_elf(name)) {
            *first = i;
            return name;
        }
    return access(name, X_OK) == 0 ? name : argv[0];
}

/* "--mask=" and the signals in hexadecimal, the first one in the last bit. */
static void put_mask(char *to, const sigset_t *mask)
{
    to = stpcpy(to, "--mask=");
    for (int sig = 64; sig > 0; sig -= 4) {
        int digit = 0;

        for (int i = 0; i < 4; i++)
            digit = digit * 2 + (sigismember(mask, sig - i) == 1);
        *to++ = "0123456789abcdef"[digit];
    }
    *to = '\0';
}

void supervise_execute(const char *library, char *args[], char *const envp[])
{
    args[0] = (char *)(uintptr_t)loader;
    args[1] = (char *)(uintptr_t)library;
    real.execve(library, args + 1, envp);
    if (errno == EACCES)
        real.execve(loader, args, envp);
}

/* libgrace.so --argv0=NAME --mask=MASK -- COMMAND ARG... */
static void exec_supervisor(const char *library, char **argv, int argc, const sigset_t *mask)
{
    int first;
    const char *command = program_command(argv, &first);
    const char *name = argv[first] ? argv[first] : ""; /* execve() with no argument at all */
    char argv0[sizeof "--argv0=" + strlen(name)], masked[sizeof "--mask=" + 16];
    char *args[argc + 6];
    int n = 2;

    strcpy(stpcpy(argv0, "--argv0="), name);
    put_mask(masked, mask);
    args[n++] = argv0;
    args[n++] = masked;
    args[n++] = (char[]){"--"};
    args[n++] = (char *)(uintptr_t)command;
    for (int i = first + 1; i < argc; i++)
        args[n++] = argv[i];
    args[n] = NULL;
    supervise_execute(library, args, environ);
}

static const void *library_of(const void *symbol)
{
    Dl_info info;

    return symbol && dladdr(symbol, &info) ? info.dli_fbase : NULL;
}

/* A library before ours answers bind() and may not hand it on: that of authbind lets another
 * process bind, so a held address would never be asked for.  One that answers getsockname(), too,
 * has a reason to be first: what serves TCP as UNIX sockets (ip2unix) or in a world of its own, and
 * the sanitizers. */
static bool must_lead(void)
{
    return library_of(dlsym(RTLD_DEFAULT, "bind")) !=
               library_of((const void *)(uintptr_t)supervise_library) &&
           dlsym(RTLD_DEFAULT, "getsockname") == dlsym(RTLD_NEXT, "getsockname");
}

void supervise_command(const char *library, char **argv)
{
    char *const *before = environ;
    size_t entries = inject_entries(environ);
    char *changed[entries];
    const char *others = preload_list_take(library);
    char preload[sizeof PRELOAD_LIST_HANDED + sizeof PRELOAD_LIST_OURS + 3 +
                 (others ? strlen(others) : 0)];
    int argc = 0, n = 0;
    sigset_t all, before_us;

    while (argv[argc] && argc < ARGUMENTS_MAX)
        argc++;
    if (must_lead())
        preload_list_lead();
    preload_list_put(stpcpy(preload, PRELOAD_LIST_HANDED "="), others, PRELOAD_LIST_OURS);
    envp_take(PRELOAD_LIST);
    for (char *const *e = environ; *e; e++)
        changed[n++] = *e;
    changed[n++] = preload;
    changed[n] = NULL;
    environ = changed;
    /* whose default action would end us is kept until the supervisor can read it */
    sigfillset(&all);
    real.pthread_sigmask(SIG_SETMASK, &all, &before_us);
    exec_supervisor(library, argv, argc, &before_us);
    real.pthread_sigmask(SIG_SETMASK, &before_us, NULL);
    environ = (char **)(uintptr_t)before;
}
