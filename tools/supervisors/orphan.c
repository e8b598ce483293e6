/* SPDX-License-Identifier: ISC */
#include "supervisors/orphan.h"

#include <sys/stat.h>

#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/recovery_record.h"

enum { CANDIDATES = 64, RECORD_ROOM = 1 << 20 };

struct candidate {
    ino_t ino;
    pid_t holder;
    bool supervised, elsewhere;
};

struct candidates {
    struct candidate list[CANDIDATES];
    size_t n;
};

static struct candidate *candidate_of(struct candidates *candidates, ino_t ino)
{
    for (size_t i = 0; i < candidates->n; i++)
        if (candidates->list[i].ino == ino)
            return &candidates->list[i];
    if (candidates->n == CANDIDATES)
        return NULL;
    candidates->list[candidates->n] = (struct candidate){.ino = ino};
    return &candidates->list[candidates->n++];
}

/* Was its supervisor to be found in another runtime directory? The record has its environment. */
static bool is_elsewhere(int dir, const char *fd)
{
    static const char name[] = "GRACE_RUNTIME_DIR=";
    const char *own = getenv("GRACE_RUNTIME_DIR"), *found;
    int file = openat(dir, fd, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char *text = calloc(1, RECORD_ROOM);
    ssize_t n = file != -1 && text != NULL ? pread(file, text, RECORD_ROOM - 1, 0) : -1;
    bool elsewhere = n <= 0;

    if (n > 0) {
        found = memmem(text, (size_t)n, name, sizeof(name) - 1);
        found = found != NULL ? found + sizeof(name) - 1 : "";
        elsewhere = strcmp(found, own != NULL ? own : "") != 0;
    }
    if (file != -1)
        close(file);
    free(text);
    return elsewhere;
}

static void look_at(struct candidates *candidates, pid_t pid, int dir, const char *fd)
{
    static const char name[] = "/memfd:" RECORD_NAME;
    struct stat st, link;
    struct candidate *candidate;
    char target[64];
    ssize_t n = readlinkat(dir, fd, target, sizeof(target));

    if (n < (ssize_t)sizeof(name) - 1 || strncmp(target, name, sizeof(name) - 1) != 0 ||
        fstatat(dir, fd, &st, 0) != 0 || fstatat(dir, fd, &link, AT_SYMLINK_NOFOLLOW) != 0 ||
        (candidate = candidate_of(candidates, st.st_ino)) == NULL)
        return;
    if (candidate->holder == 0 && !candidate->supervised)
        candidate->elsewhere = is_elsewhere(dir, fd);
    if (link.st_mode & S_IWUSR)
        candidate->supervised = true;
    else if (candidate->holder == 0 || pid < candidate->holder)
        candidate->holder = pid;
}

/* Calls found() for each name in a directory that begins with a digit. */
static void each_number(const char *path,
                        void (*found)(struct candidates *, int dir, const char *name, pid_t pid),
                        struct candidates *candidates, pid_t pid)
{
    DIR *stream = opendir(path);
    struct dirent *entry;

    while (stream != NULL && (entry = readdir(stream)) != NULL)
        if (isdigit((unsigned char)entry->d_name[0]))
            found(candidates, dirfd(stream), entry->d_name, pid);
    if (stream != NULL)
        closedir(stream);
}

static void each_fd(struct candidates *candidates, int dir, const char *name, pid_t pid)
{
    look_at(candidates, pid, dir, name);
}

static void each_process(struct candidates *candidates, int dir, const char *name, pid_t unused)
{
    char path[32];

    (void)dir;
    (void)unused;
    snprintf(path, sizeof(path), "/proc/%.10s/fd", name);
    each_number(path, each_fd, candidates, (pid_t)atoi(name));
}

pid_t orphan_find(void)
{
    struct candidates candidates = {.n = 0};

    each_number("/proc", each_process, &candidates, 0);
    for (size_t i = 0; i < candidates.n; i++)
        if (!candidates.list[i].supervised && !candidates.list[i].elsewhere)
            return candidates.list[i].holder;
    return 0;
}

void orphan_hint(void)
{
    pid_t pid = orphan_find();

    if (pid > 0)
        warnx("process %d serves on without its supervisor, which was killed: send it the restart "
              "signal (SIGHUP), or start its command again",
              (int)pid);
}
