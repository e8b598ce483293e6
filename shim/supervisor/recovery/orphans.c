/* SPDX-License-Identifier: ISC */
#include "supervisor/recovery/orphans.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/kernel/io.h"
#include "supervisor/kernel/procfs.h"
#include "supervisor/state/supervisor.h"

enum { RECORDS = 32 };

/* One search. Each record is judged once, however many processes hold it. */
struct search {
    struct orphans *o;
    bool (*wanted)(const struct record *r);
    struct {
        ino_t ino;
        bool wanted;
    } known[RECORDS];
    unsigned nknown;
};

static bool judge_record(struct search *s, pid_t pid, int fd)
{
    int own = io_reopen(pid, fd, O_RDONLY);
    const struct record *r = own < 0 ? NULL : record_open(own);
    bool wanted = r && s->wanted(r);

    if (r)
        record_close(r);
    if (own >= 0)
        close(own);
    return wanted;
}

static bool is_wanted(struct search *s, pid_t pid, int fd, ino_t ino)
{
    bool wanted;

    for (unsigned i = 0; i < s->nknown; i++)
        if (s->known[i].ino == ino)
            return s->known[i].wanted;
    wanted = judge_record(s, pid, fd);
    if (s->nknown < RECORDS) {
        s->known[s->nknown].ino = ino;
        s->known[s->nknown++].wanted = wanted;
    }
    return wanted;
}

static bool is_named(int dir, const char *number, const char *name)
{
    static const char prefix[] = "/memfd:";
    char link[64];
    ssize_t n = readlinkat(dir, number, link, sizeof link - 1);
    size_t length = strlen(name), skip = sizeof prefix - 1;

    if (n < (ssize_t)(skip + length))
        return false;
    link[n] = '\0';
    return strncmp(link, prefix, skip) == 0 && strncmp(link + skip, name, length) == 0 &&
           strchr(": ", link[skip + length]);
}

/* What one process has open. */
struct open_files {
    bool record, for_writing;
    ino_t page;
    int memory;
};

static void look_at(struct search *s, pid_t pid, int dir, int fd, struct open_files *h)
{
    struct stat st, link;
    char number[16];

    snprintf(number, sizeof number, "%d", fd);
    if (is_named(dir, number, RECORD_NAME)) {
        if (fstatat(dir, number, &st, 0) < 0 || !is_wanted(s, pid, fd, st.st_ino) ||
            fstatat(dir, number, &link, AT_SYMLINK_NOFOLLOW) < 0)
            return;
        h->record = true;
        h->for_writing |= (link.st_mode & S_IWUSR) != 0;
    } else if (is_named(dir, number, "grace") && fstatat(dir, number, &st, 0) == 0 &&
               st.st_uid == geteuid()) {
        h->page = st.st_ino;
        h->memory = fd;
    }
}

/* "7f0000000000-7f0000054000 rw-s 00000000 00:01 4711 /memfd:grace (deleted)" */
static bool has_mapped(pid_t pid, ino_t page)
{
    unsigned long long inode;
    char path[32], line[512], perms[8];
    bool found = false;
    FILE *maps;

    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    maps = fopen(path, "re");
    while (maps && !found && fgets(line, sizeof line, maps))
        found = sscanf(line, "%*s %7s %*s %*s %llu", perms, &inode) == 2 && inode == page &&
                strcmp(perms, "rw-s") == 0 && strstr(line, "/memfd:grace");
    if (maps)
        fclose(maps);
    return found;
}

static bool is_before(const struct procfs_stat *st, const struct orphans *o)
{
    return o->supervisor.pid == 0 || st->start < o->supervisor.start ||
           (st->start == o->supervisor.start && st->pid < o->supervisor.pid);
}

static int add(struct orphans *o, const struct procfs_stat *st, const struct open_files *h)
{
    if (o->n == o->room) {
        size_t room = o->room ? 2 * o->room : 32;
        struct orphan *more = realloc(o->proc, room * sizeof *more);

        if (!more)
            return -ENOMEM;
        o->proc = more;
        o->room = room;
    }
    o->proc[o->n++] =
        (struct orphan){.pid = st->pid, .start = st->start, .page = h->page, .memory = h->memory};
    return 0;
}

static int look_into(struct search *s, pid_t pid)
{
    struct open_files h = {.page = 0};
    struct procfs_stat st;
    struct procfs_dir dir;
    int fd;

    if (procfs_open_of(&dir, pid, "fd") < 0)
        return 0;
    while ((fd = procfs_next(&dir)) >= 0)
        look_at(s, pid, dir.fd, fd, &h);
    procfs_close(&dir);
    if (!h.record || procfs_stat(pid, &st) < 0)
        return 0;
    if (h.for_writing && is_before(&st, s->o)) {
        s->o->supervisor.pid = pid;
        s->o->supervisor.start = st.start;
    }
    return !h.for_writing && h.page && has_mapped(pid, h.page) ? add(s->o, &st, &h) : 0;
}

static int by_page(const void *a, const void *b)
{
    const struct orphan *x = a, *y = b;

    if (x->page != y->page)
        return x->page < y->page ? -1 : 1;
    return (x->start > y->start) - (x->start < y->start);
}

int orphans_find(struct orphans *o, bool (*wanted)(const struct record *r))
{
    struct search s = {.o = o, .wanted = wanted};
    struct procfs_dir dir;
    int pid, err;

    *o = (struct orphans){0};
    err = procfs_open(&dir, "/proc");
    while (!err && (pid = procfs_next(&dir)) > 0)
        err = look_into(&s, pid);
    procfs_close(&dir);
    if (o->n > 1)
        qsort(o->proc, o->n, sizeof *o->proc, by_page);
    return err;
}

void orphans_free(struct orphans *o)
{
    free(o->proc);
    *o = (struct orphans){0};
}
