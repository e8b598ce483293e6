/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/program.h"

#include <sys/auxv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { AUXILIARY = 128, TYPES = 1024 };

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* What the kernel has told the program at its start, in pairs. The number of words or -errno. */
static int read_auxiliary(pid_t pid, unsigned long words[AUXILIARY])
{
    char path[32];
    ssize_t n;
    int fd, err;

    snprintf(path, sizeof path, "/proc/%d/auxv", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    n = read(fd, words, AUXILIARY * sizeof *words);
    err = -errno;
    close(fd);
    return n < 0 ? err : (int)((size_t)n / sizeof *words);
}

/* What is not there is `unsaid`. */
static unsigned long auxiliary(const unsigned long *words, int n, unsigned long type,
                               unsigned long unsaid)
{
    for (int i = 0; i + 1 < n && words[i] != AT_NULL; i += 2)
        if (words[i] == type)
            return words[i + 1];
    return unsaid;
}

/* The base name of its file, "" where that can't be seen. */
static const char *executed(pid_t pid, char *link, size_t size)
{
    char path[32];
    ssize_t n;

    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    n = readlink(path, link, size - 1);
    link[n > 0 ? n : 0] = '\0';
    return last_part(link);
}

/* "ld.so ./server": what is executed has no loader, for it is one. */
static bool is_loader(pid_t pid)
{
    char link[4096];
    const char *name = executed(pid, link, sizeof link);

    return strncmp(name, "ld-", 3) == 0 || strncmp(name, "ld.", 3) == 0 ||
           strncmp(name, "ld64.", 5) == 0;
}

/* A newer one may have taken the place of the file that is mapped. */
static bool is_library(const char *name, const char *library)
{
    size_t n = strlen(library);

    return strncmp(name, library, n) == 0 &&
           (name[n] == '\n' || strncmp(name + n, " (deleted)", 10) == 0);
}

static bool is_libc(const char *name)
{
    return strncmp(name, "libc.so", 7) == 0 || strncmp(name, "libc-", 5) == 0;
}

/* All that is preloaded is mapped before what the program itself needs, libc among it.  (But not
 * before the libc of an LD_AUDIT library: then we are wrong for a moment.)  A line of more than
 * this ends in the next one's beginning, which is no name. */
static enum program read_maps(pid_t pid, const char *library)
{
    enum program found = PROGRAM_LOADING;
    char path[32], line[4352];
    FILE *maps;

    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    maps = fopen(path, "re");
    if (!maps)
        return errno == EACCES || errno == EPERM ? PROGRAM_HIDDEN : PROGRAM_GONE;
    while (found != PROGRAM_LOADED && fgets(line, sizeof line, maps)) {
        const char *name = strchr(line, '/') ? last_part(line) : "";

        if (is_library(name, library))
            found = PROGRAM_LOADED;
        else if (is_libc(name))
            found = PROGRAM_OTHER;
    }
    fclose(maps);
    return found;
}

/* The kernel shows one page at a time: the library may have come to a place that was read. */
static enum program look_at_maps(pid_t pid, const char *library)
{
    enum program found = read_maps(pid, last_part(library));

    return found == PROGRAM_OTHER ? read_maps(pid, last_part(library)) : found;
}

/* execve() gives a process its new memory first, then maps the program into it, from a disk that
 * may be cold, and then writes the pairs, one by one: there is a loader until it is said that none
 * is. */
enum program program_look(pid_t pid, const char *library)
{
    unsigned long words[AUXILIARY];
    int n = read_auxiliary(pid, words);

    if (n == -EACCES || n == -EPERM)
        return PROGRAM_HIDDEN;
    if (n <= 0)
        return PROGRAM_GONE;
    if (words[0] >= TYPES) /* two of its words, of 32 bits each */
        return PROGRAM_OTHER;
    if (auxiliary(words, n, AT_SECURE, 0))
        return PROGRAM_SECURE;
    if (!auxiliary(words, n, AT_BASE, 1) && !is_loader(pid))
        return PROGRAM_STATIC;
    return look_at_maps(pid, library);
}

/* Of a script the kernel knows the name alone: what the process has of its arguments is in memory
 * that may be a file of a file system which does not answer. */
void program_names(pid_t pid, struct program_names *names)
{
    char path[32], link[4096];
    ssize_t n = -1;
    int fd;

    snprintf(names->file, sizeof names->file, "%s", executed(pid, link, sizeof link));
    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, names->comm, sizeof names->comm - 1);
        close(fd);
    }
    names->comm[n > 0 ? n : 0] = '\0';
}
