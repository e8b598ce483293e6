/* SPDX-License-Identifier: ISC */
#include "library.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A grace in the build tree is <build>/tools/grace; it wants the library built beside it. The
 * directory's name is checked so that an installed one never picks up a stray ../shim. */
static const char *library_built(void)
{
    char self[PATH_MAX] = "", beside[PATH_MAX + 32], *directory;

    if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
        return NULL;
    directory = dirname(self);
    snprintf(beside, sizeof(beside), "%s/../shim/libgrace.so", directory);
    return strcmp(basename(directory), "tools") == 0 ? realpath(beside, NULL) : NULL;
}

/* A tree that was installed into another directory (DESTDIR) and runs from there: what is in front
 * of the place of grace is in front of that of the library. */
static const char *library_of_tree(void)
{
    char self[PATH_MAX] = "", beside[2 * PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    ssize_t tree = length - (ssize_t)strlen(GRACE_PATH);

    if (tree <= 0 || strcmp(self + tree, GRACE_PATH) != 0)
        return NULL;
    snprintf(beside, sizeof(beside), "%.*s%s", (int)tree, self, LIBGRACE_PATH);
    return realpath(beside, NULL);
}

const char *library_find(void)
{
    const char *beside = library_built();

    if (beside == NULL)
        beside = library_of_tree();
    if (beside != NULL)
        return beside;
    return access(LIBGRACE_PATH, R_OK) == 0 ? LIBGRACE_PATH : NULL;
}
