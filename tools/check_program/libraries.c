/* SPDX-License-Identifier: ISC */
#include "check_program/libraries.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_program/search.h"

enum { OBJECTS_MAX = 1024 };

struct closure {
    struct object *objects[OBJECTS_MAX]; /* NULL: missing */
    const char *names[OBJECTS_MAX];
    size_t used;
    const char *library;
    struct findings *findings;
};

static bool is_in_closure(const struct closure *closure, const char *name)
{
    for (size_t i = 0; i < closure->used; i++)
        if (strcmp(closure->names[i], name) == 0)
            return true;
    return false;
}

static void report_missing(const struct closure *closure, const char *needer, const char *name)
{
    findings_add(closure->findings, FINDING_ERROR, "library-missing",
                 "install it, or name its directory in LD_LIBRARY_PATH",
                 "%s needs the library %s, which is missing", needer, name);
}

/* In the words of docs/limits.md: which of its calls io_uring makes nobody can tell from a file. */
static void report_io_uring(const struct closure *closure, const char *needer, const char *name)
{
    findings_add(
        closure->findings, FINDING_WARNING, "io-uring", "if it does that, let it use epoll instead",
        "%s needs the library %s: what a server accepts by io_uring libgrace.so can't see, "
        "the rest it can",
        needer, name);
}

/* The library of a sanitizer ends the program if it isn't the first one; `grace run` comes first.
 */
static void report_sanitizer(const struct closure *closure, const char *needer, const char *name)
{
    char *remedy;

    if (asprintf(&remedy, "start it without grace run, by LD_PRELOAD=%s:%s COMMAND", name,
                 closure->library) < 0)
        err(EXIT_FAILURE, NULL);
    findings_add(closure->findings, FINDING_ERROR, "sanitizer", remedy,
                 "%s needs the library %s, which has to be loaded before libgrace.so", needer,
                 name);
    free(remedy);
}

static void need(struct closure *closure, const struct object *needer, const char *name)
{
    if (is_in_closure(closure, name) || closure->used == OBJECTS_MAX)
        return;
    if (strncmp(name, "liburing.so", 11) == 0)
        report_io_uring(closure, needer->path, name);
    if (strncmp(name, "libasan.so", 10) == 0)
        report_sanitizer(closure, needer->path, name);
    closure->names[closure->used] = name;
    closure->objects[closure->used] = search_library(needer, name);
    if (closure->objects[closure->used] == NULL)
        report_missing(closure, needer->path, name);
    else
        closure->objects[closure->used]->loader = needer;
    closure->used++;
}

static void need_all(struct closure *closure, const struct object *needer)
{
    for (size_t i = 0; i < needer->binary.needs; i++)
        need(closure, needer, needer->binary.needed[i]);
}

void libraries_look(const char *path, const struct binary *program, const char *library,
                    struct findings *findings)
{
    struct object itself = {.path = (char *)path, .binary = *program};
    struct closure *closure = calloc(1, sizeof(*closure));

    if (closure == NULL)
        err(EXIT_FAILURE, NULL);
    closure->library = library;
    closure->findings = findings;
    need_all(closure, &itself);
    for (size_t i = 0; i < closure->used; i++)
        if (closure->objects[i] != NULL)
            need_all(closure, closure->objects[i]);
    for (size_t i = 0; i < closure->used; i++)
        if (closure->objects[i] != NULL)
            search_free(closure->objects[i]);
    free(closure);
}
