/* SPDX-License-Identifier: ISC */
#include "library.h"

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grace.h"

/* A grace in the build tree is <build>/tools/grace; it wants the library built beside it. The
 * directory's name is checked so that an installed one never picks up a stray ../shim. */
static bool library_built(char path[PATH_MAX])
{
    char self[PATH_MAX], beside[PATH_MAX + 32], *slash;
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (n < 0)
        return false;
    self[n] = '\0';
    slash = strrchr(self, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    if (slash - self < 6 || strcmp(slash - 6, "/tools") != 0)
        return false;
    snprintf(beside, sizeof(beside), "%s/../shim/libgrace.so", self);
    return realpath(beside, path) != NULL;
}

static const char *library_find(void)
{
    static char built[PATH_MAX];

    if (library_built(built))
        return built;
    if (access(LIBGRACE_PATH, R_OK) == 0)
        return LIBGRACE_PATH;
    errx(EXIT_NOT_RUN, "can't read %s (%s): install libgrace.so there", LIBGRACE_PATH,
         strerror(errno));
}

static int find_interpreter(struct dl_phdr_info *info, size_t size, void *result)
{
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_INTERP)
            *(const char **)result = (const char *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    return 1; /* the program itself comes first, and only it counts */
}

static const char *interpreter(void)
{
    const char *path = NULL;

    dl_iterate_phdr(find_interpreter, &path);
    return path;
}

/* Blocks all signals: one that arrives from now on is kept until the supervisor can read it. */
static char *block_signals(void)
{
    unsigned long long bits = 0;
    sigset_t all, before;
    char *option;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    for (int sig = 1; sig <= 64; sig++)
        bits |= (unsigned long long)(sigismember(&before, sig) == 1) << (sig - 1);
    if (asprintf(&option, "--mask=%llx", bits) < 0)
        err(EXIT_NOT_RUN, NULL);
    return option;
}

/* {loader, library, "--mask=HEX", "--", command...}: the first is left out where there is no
 * loader. */
static char **supervisor_argv(const char *library, char **command)
{
    size_t n = 0;
    char **argv;

    while (command[n] != NULL)
        n++;
    argv = calloc(n + 5, sizeof(*argv));
    if (argv == NULL)
        err(EXIT_NOT_RUN, "can't start %s", command[0]);
    argv[0] = (char *)interpreter();
    argv[1] = (char *)library;
    argv[2] = block_signals();
    argv[3] = (char *)"--";
    memcpy(argv + 4, command, n * sizeof(*argv));
    return argv;
}

void library_exec(char **command)
{
    const char *library = library_find();
    char **argv = supervisor_argv(library, command);

    execv(library, argv + 1);
    /* Packages and copies often lose the x bit of a library; the loader doesn't need it. */
    if (errno == EACCES && argv[0] != NULL)
        execv(argv[0], argv);
    err(EXIT_NOT_RUN, "can't execute %s", library);
}
