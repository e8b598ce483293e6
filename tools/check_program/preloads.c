/* SPDX-License-Identifier: ISC */
#include "check_program/preloads.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_program/search.h"
#include "protocol/preload_list.h"

static bool defines(const struct object *object, const char *function)
{
    int fd = open(object->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool answer = fd >= 0 && binary_defines(fd, function);

    if (fd >= 0)
        close(fd);
    return answer;
}

/* One that answers getsockname(), too, translates addresses or watches over all that a program does
 * (a sanitizer): it has to stand before libgrace.so, and `grace run` puts that first. */
static void judge_preload(const struct object *object, const char *library,
                          struct findings *findings)
{
    char *remedy;

    if (!defines(object, "bind"))
        return;
    if (!defines(object, "getsockname")) {
        findings_add(findings, FINDING_NOTE, "preload-binds", "",
                     "LD_PRELOAD has %s, which answers bind(), too: libgrace.so comes before it",
                     object->path);
        return;
    }
    if (asprintf(&remedy, "start it without grace run, by LD_PRELOAD=%s:%s COMMAND", object->path,
                 library) < 0)
        err(EXIT_FAILURE, NULL);
    findings_add(findings, FINDING_WARNING, "preload-order", remedy,
                 "LD_PRELOAD has %s, which answers bind() and getsockname(), and so has to come "
                 "before libgrace.so",
                 object->path);
    free(remedy);
}

static void find_preload(const char *name, const char *library, struct findings *findings)
{
    struct object *object = search_library(&(struct object){0}, name);

    if (object == NULL) {
        findings_add(findings, FINDING_WARNING, "preload-missing",
                     "take it out, or install it for this machine",
                     "LD_PRELOAD has %s, which is no library that the loader finds", name);
        return;
    }
    judge_preload(object, library, findings);
    search_free(object);
}

void preloads_look(const char *library, struct findings *findings)
{
    const char *value = getenv(PRELOAD_LIST);
    char *list = strdup(value != NULL ? value : ""), *rest = list, *name;

    if (list == NULL)
        err(EXIT_FAILURE, NULL);
    if (strlen(list) + strlen(library) > PRELOAD_LIST_MAX)
        findings_add(findings, FINDING_WARNING, "preload-length", "shorten it",
                     "LD_PRELOAD has %zu characters: too many to be handed on, the server goes "
                     "without those libraries",
                     strlen(list));
    while ((name = strsep(&rest, ": ")) != NULL)
        if (*name != '\0')
            find_preload(name, library, findings);
    free(list);
}
