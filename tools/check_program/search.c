/* SPDX-License-Identifier: ISC */
#include "check_program/search.h"

#include <dlfcn.h>
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check_program/loader_cache.h"

/* The object at a path, if it is one for this machine. */
static bool open_object(const char *path, void *data)
{
    struct object **found = data, *object = calloc(1, sizeof(*object));
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (object == NULL)
        err(EXIT_FAILURE, NULL);
    if (fd >= 0 && binary_read(fd, &object->binary) == BINARY_ELF &&
        binary_is_native(&object->binary) && (object->path = strdup(path)) != NULL)
        *found = object;
    else
        search_free(object);
    if (fd >= 0)
        close(fd);
    return *found != NULL;
}

/* "$ORIGIN/../lib": of the directory of the file in which that stands. What has other names with a
 * dollar in it ($LIB, $PLATFORM) is not looked at. */
static bool expand(const char *directory, int length, const char *owner, char path[PATH_MAX])
{
    static const char *const origins[] = {"$ORIGIN", "${ORIGIN}"};
    const char *slash = owner != NULL ? strrchr(owner, '/') : NULL;

    for (size_t i = 0; i < sizeof(origins) / sizeof(*origins); i++) {
        int n = (int)strlen(origins[i]);

        if (slash != NULL && length >= n && strncmp(directory, origins[i], (size_t)n) == 0)
            return snprintf(path, PATH_MAX, "%.*s%.*s", (int)(slash - owner), owner, length - n,
                            directory + n) < PATH_MAX;
    }
    return snprintf(path, PATH_MAX, "%.*s", length > 0 ? length : 1, length > 0 ? directory : ".") <
           PATH_MAX;
}

static bool in_directory(const char *directory, const char *name, struct object **found)
{
    char path[2 * PATH_MAX];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return open_object(path, found);
}

/* A list of directories that stands in an object, or in LD_LIBRARY_PATH. */
static bool in_list(const char *list, const struct object *owner, const char *name,
                    struct object **found)
{
    if (list != NULL && *list == '\0')
        return false;
    while (list != NULL && *found == NULL) {
        char directory[PATH_MAX];
        size_t n = strcspn(list, ":;");

        if (expand(list, (int)n, owner->path, directory))
            in_directory(directory, name, found);
        list = list[n] != '\0' ? list + n + 1 : NULL;
    }
    return *found != NULL;
}

/* DT_RPATH counts for what is needed further down, too; none of it where there is DT_RUNPATH. */
static bool by_rpath(const struct object *needer, const char *name, struct object **found)
{
    if (needer->binary.runpath != NULL)
        return false;
    for (; needer != NULL; needer = needer->loader)
        if (needer->binary.runpath == NULL && in_list(needer->binary.rpath, needer, name, found))
            return true;
    return false;
}

/* Those that every program has: the loader tells where it looks for what grace itself needs. */
static const Dl_serinfo *directories(void)
{
    static Dl_serinfo *info;
    Dl_serinfo size;
    void *self = dlopen(NULL, RTLD_LAZY);

    if (info != NULL || dlinfo(self, RTLD_DI_SERINFOSIZE, &size) != 0)
        return info;
    info = calloc(1, size.dls_size);
    if (info == NULL)
        err(EXIT_FAILURE, NULL);
    info->dls_size = size.dls_size;
    info->dls_cnt = size.dls_cnt;
    if (dlinfo(self, RTLD_DI_SERINFO, info) != 0)
        info->dls_cnt = 0;
    return info;
}

static bool in_system(const char *name, struct object **found)
{
    const Dl_serinfo *info = directories();

    for (unsigned i = 0; info != NULL && i < info->dls_cnt && *found == NULL; i++)
        in_directory(info->dls_serpath[i].dls_name, name, found);
    return *found != NULL;
}

struct object *search_library(const struct object *needer, const char *name)
{
    struct object *found = NULL;

    if (strchr(name, '/') != NULL) {
        open_object(name, &found);
        return found;
    }
    (void)(by_rpath(needer, name, &found) ||
           in_list(getenv("LD_LIBRARY_PATH"), needer, name, &found) ||
           in_list(needer->binary.runpath, needer, name, &found) ||
           loader_cache_find(name, open_object, &found) || in_system(name, &found));
    return found;
}

void search_free(struct object *object)
{
    binary_free(&object->binary);
    free(object->path);
    free(object);
}
