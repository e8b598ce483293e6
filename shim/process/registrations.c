/* SPDX-License-Identifier: ISC */
#include "process/registrations.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "libc/real.h"
#include "process/fdtab.h"
#include "process/self.h"
#include "protocol/decimal.h"

enum { NOWHERE = 0, SEVERAL = -1 };

/* Behind the table, what is read: a handler of signals runs on whatever stack there is. */
enum { TEXT = 4096, ENTRIES = 4096 };

/* All zeros where there is none. */
struct entry {
    int epoll; /* its number + 1 */
    uint32_t events;
    uint64_t data, inode;
};

static struct entry *table;
static int size;

static size_t bytes(void)
{
    return (size_t)size * sizeof *table;
}

static int open_own(const char *path)
{
    return (int)real.syscall(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
}

/* What follows `name` on this line, in this base; 0 where it is not there. */
static uint64_t field(const char *line, const char *name, unsigned base)
{
    const char *at = line;
    uint64_t n = 0;

    while (strncmp(at, name, strlen(name)) != 0)
        if (!*at++)
            return 0;
    for (at += strlen(name); *at == ' '; at++)
        ;
    for (;; at++) {
        unsigned digit = *at >= '0' && *at <= '9'   ? (unsigned)(*at - '0')
                         : *at >= 'a' && *at <= 'f' ? (unsigned)(*at - 'a' + 10)
                                                    : base;

        if (digit >= base)
            return n;
        n = n * base + digit;
    }
}

/* "tfd:        9 events:       19 data: 7f12  pos:0 ino:3c1 sdev:8" */
static void note_line(const char *line, int epoll)
{
    uint64_t fd = field(line, "tfd:", 10);
    struct entry *e = fd < (uint64_t)size ? &table[fd] : NULL;
    uint64_t inode = field(line, "ino:", 16);
    struct stat st;

    /* one that was made for the number when it was something else may still be there */
    if (!e || strncmp(line, "tfd:", 4) != 0 || fstat((int)fd, &st) < 0 || st.st_ino != inode)
        return;
    if (e->epoll != NOWHERE) {
        e->epoll = SEVERAL;
        return;
    }
    *e = (struct entry){.epoll = epoll + 1,
                        .events = (uint32_t)field(line, "events:", 16),
                        .data = field(line, "data:", 16),
                        .inode = inode};
}

/* The lines of a text that comes in pieces. */
static void note_lines(int fd, int epoll)
{
    char *text = (char *)table + bytes();
    size_t have = 0;
    ssize_t got;

    while ((got = real.read(fd, text + have, TEXT - 1 - have)) > 0) {
        char *line = text, *end;

        have += (size_t)got;
        text[have] = '\0';
        for (; (end = strchr(line, '\n')); line = end + 1) {
            *end = '\0';
            note_line(line, epoll);
        }
        have = strlen(line);
        memmove(text, line, have + 1);
        if (have == TEXT - 1)
            return;
    }
}

static bool read_epoll(int epoll)
{
    char path[40] = "/proc/self/fdinfo/";
    int fd;

    decimal_put(path + strlen(path), (unsigned)epoll);
    fd = open_own(path);
    if (fd < 0)
        return false;
    note_lines(fd, epoll);
    real.close(fd);
    return true;
}

/* It says of what is not in it that it is not. */
static bool is_epoll(int fd)
{
    struct epoll_event nothing = {0};

    return real.epoll_ctl(fd, EPOLL_CTL_MOD, self.fds.bell, &nothing) < 0 && errno == ENOENT;
}

/* As getdents64() has it: the name begins at 19. */
struct entry_name {
    uint64_t inode, offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

static bool read_those(const char *entries, long n)
{
    for (long at = 0; at < n;) {
        const struct entry_name *e = (const void *)(entries + at);
        uint64_t number = field(e->name, "", 10);

        if (e->name[0] != '.' && number < FDTAB_SIZE && is_epoll((int)number) &&
            !read_epoll((int)number))
            return false;
        at += e->length;
    }
    return true;
}

static bool read_all(void)
{
    char *entries = (char *)table + bytes() + TEXT;
    int dir = open_own("/proc/self/fd");
    bool all = dir >= 0;
    long n;

    while (all && (n = real.syscall(SYS_getdents64, dir, (long)entries, ENTRIES, 0, 0, 0)))
        all = n > 0 && read_those(entries, n);
    if (dir >= 0)
        real.close(dir);
    return all;
}

bool registrations_read(int n)
{
    void *memory;
    int saved = errno;
    bool all;

    size = n;
    memory = mmap(NULL, bytes() + TEXT + ENTRIES, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        errno = saved;
        return false;
    }
    table = memory;
    all = read_all();
    if (!all)
        registrations_forget();
    errno = saved;
    return all;
}

void registrations_forget(void)
{
    munmap(table, bytes() + TEXT + ENTRIES);
    table = NULL;
}

bool registrations_find(int fd, struct registration_found *found)
{
    const struct entry *e = &table[fd];

    found->epfd = e->epoll - 1;
    found->event = (struct epoll_event){.events = e->events, .data.u64 = e->data};
    return e->epoll != SEVERAL;
}
