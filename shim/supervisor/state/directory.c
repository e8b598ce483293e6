/* SPDX-License-Identifier: ISC */
#include "supervisor/state/directory.h"

#include <sys/stat.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/state/supervisor.h"

enum { PLACES = 32, ARGUMENTS = 64, LINKS = 4, ENTRIES = 4096 };

static char here[PATH_MAX];

/* `here` and what is above it, but the root: the deepest first. */
static struct place {
    dev_t dev;
    ino_t ino;
    size_t length; /* of its path in `here` */
} places[PLACES];
static size_t places_n;

static size_t known; /* length of the place that $PWD or an argument leads to by a link */

static struct link {
    int dir; /* where it is: O_PATH */
    char *name, *target, *path;
} links[LINKS];
static size_t links_n;

static bool is_place(const struct place *p, const struct stat *st)
{
    return p->ino == st->st_ino && p->dev == st->st_dev;
}

static bool find_here(void)
{
    char path[PATH_MAX];
    struct stat st;

    if (!getcwd(here, sizeof here) || here[0] != '/') {
        here[0] = '\0';
        return false;
    }
    for (char *end = stpcpy(path, here); end > path && places_n < PLACES;
         end = strrchr(path, '/')) {
        *end = '\0';
        if (path[0] && stat(path, &st) == 0)
            places[places_n++] = (struct place){st.st_dev, st.st_ino, (size_t)(end - path)};
    }
    return true;
}

/* The place that this path leads to, unless that is its own path. */
static const struct place *place_by_link(const char *path)
{
    size_t n = strlen(path);
    struct stat st;

    if (stat(path, &st) < 0)
        return NULL;
    for (size_t i = 0; i < places_n; i++)
        if (is_place(&places[i], &st))
            return n == places[i].length && memcmp(here, path, n) == 0 ? NULL : &places[i];
    return NULL;
}

/* "/srv/current/server" or "--root=/srv/current": its longest part that leads to a place, if no
 * deeper one is known. */
static void try_argument(char *directory, const char *text)
{
    const char *equals = strchr(text, '='), *start = equals && *text != '/' ? equals + 1 : text;
    const struct place *place = NULL;
    char path[PATH_MAX];

    if (*start != '/' || strlen(start) >= sizeof path)
        return;
    for (char *end = stpcpy(path, start); end > path && !place; end = strrchr(path, '/')) {
        *end = '\0';
        place = place_by_link(path);
    }
    if (place && place->length > known &&
        strlen(path) + strlen(here + place->length) < sizeof path) {
        strcpy(stpcpy(directory, path), here + place->length);
        known = place->length;
    }
}

static bool leads_here(const char *path)
{
    struct stat there, now;

    return stat(path, &there) == 0 && stat(".", &now) == 0 && there.st_ino == now.st_ino &&
           there.st_dev == now.st_dev;
}

const char *directory_find(const char *path, char *const argv[])
{
    static char directory[PATH_MAX];
    const char *pwd = getenv("PWD");
    bool exists = find_here();

    /* bash sets one of its own, without links */
    if (pwd && pwd[0] == '/' && strlen(pwd) < sizeof directory && leads_here(pwd) &&
        strcmp(pwd, here) != 0) {
        known = sizeof here;
        return strcpy(directory, pwd);
    }
    strcpy(directory, here);
    if (!exists)
        return directory;
    if (path)
        try_argument(directory, path);
    for (int i = 0; argv[i] && i < ARGUMENTS; i++)
        try_argument(directory, argv[i]);
    return directory;
}

static size_t length_of_last(const char *path, size_t n)
{
    const char *slash = memrchr(path, '/', n);

    return slash ? n - (size_t)(slash + 1 - path) : n;
}

/* By its last part, for what else there is may be a link to where nobody answers. */
static bool may_lead_to(const char *target, const struct place *p)
{
    size_t n = strlen(target), m = length_of_last(here, p->length);

    while (n > 1 && target[n - 1] == '/')
        n--;
    return length_of_last(target, n) == m && memcmp(target + n - m, here + p->length - m, m) == 0;
}

static void keep_link(int dir, size_t length, const char *name, const char *target,
                      const struct place *p)
{
    struct link *l = &links[links_n];

    if (asprintf(&l->path, "%.*s/%s%s", (int)length, here, name, here + p->length) < 0)
        return;
    l->dir = openat(dir, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    l->name = strdup(name);
    l->target = strdup(target);
    if (l->dir >= 0 && l->name && l->target)
        links_n++;
}

/* `length`: of the path of `dir` in `here`. */
static void try_link(int dir, size_t length, const char *name)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(dir, name, target, sizeof target - 1);
    struct stat st;

    target[n > 0 ? n : 0] = '\0';
    for (size_t i = 0; n > 0 && i < places_n; i++) {
        const struct place *p = &places[i];

        if (p->length <= length || p->length <= known || links_n == LINKS)
            return;
        if (may_lead_to(target, p) && fstatat(dir, name, &st, 0) == 0 && is_place(p, &st)) {
            keep_link(dir, length, name, target, p);
            return;
        }
    }
}

static void look_into(size_t length)
{
    char path[PATH_MAX];
    struct dirent *entry;
    DIR *stream;

    snprintf(path, sizeof path, "%.*s/", (int)length, here);
    stream = opendir(path);
    for (int i = 0; stream && i < ENTRIES && (entry = readdir(stream)); i++)
        if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN)
            try_link(dirfd(stream), length, entry->d_name);
    if (stream)
        closedir(stream);
}

void directory_watch(void)
{
    if (!here[0] && find_here() && strcmp(here, supervisor.command.directory) != 0)
        known = sizeof here; /* recovered, with the path that was known */
    for (size_t i = 0; i < places_n && places[i].length > known; i++)
        look_into(places[i].length - length_of_last(here, places[i].length) - 1);
}

bool directory_check(void)
{
    const char *path = supervisor.options.chdir;
    struct stat st;

    if (!path)
        return true;
    errno = ENOTDIR;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode) && eaccess(path, X_OK) == 0)
        return true;
    fprintf(stderr, "grace: GRACE_CHDIR=%s: %s; name a directory\n", path, strerror(errno));
    return false;
}

static bool is_absolute(const char *path)
{
    return path && path[0] == '/';
}

const char *directory_enter(bool again)
{
    const char *start = supervisor.command.directory, *chosen = supervisor.options.chdir;

    if (again && start[0] && !is_absolute(chosen) && chdir(start) < 0)
        return start;
    return chosen && chdir(chosen) < 0 ? chosen : NULL;
}

const char *directory_forsaken(void)
{
    char target[PATH_MAX];

    for (size_t i = 0; i < links_n && !is_absolute(supervisor.options.chdir); i++) {
        ssize_t n = readlinkat(links[i].dir, links[i].name, target, sizeof target - 1);

        target[n > 0 ? n : 0] = '\0';
        if (strcmp(target, links[i].target) != 0)
            return links[i].path;
    }
    return NULL;
}
