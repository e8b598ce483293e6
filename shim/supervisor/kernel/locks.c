/* SPDX-License-Identifier: ISC */
#include "supervisor/kernel/locks.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/kernel/procfs.h"

/* "lock:	1: FLOCK  ADVISORY  WRITE 123 08:01:5678 0 EOF". Leases and delegations are no
 * locks.
 */
static bool names_lock(const char *line)
{
    char kind[8];

    return sscanf(line, "lock: %*[0-9]: %7s", kind) == 1 &&
           (strcmp(kind, "FLOCK") == 0 || strcmp(kind, "POSIX") == 0 ||
            strcmp(kind, "OFDLCK") == 0);
}

bool locks_named(const char *text)
{
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (names_lock(line))
            return true;
    }
    return false;
}

/* A file with a million locks shows one in the first lines, as one with a single lock does. */
static bool has_lock(void *arg, pid_t pid, int fd)
{
    char path[64], text[1024];
    ssize_t n;

    snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", pid, fd);
    int in = open(path, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return false;
    n = read(in, text, sizeof text - 1);
    close(in);
    text[n > 0 ? n : 0] = '\0';
    *(int *)arg = fd;
    return locks_named(text);
}

static bool has_it(void *arg, pid_t pid, int fd)
{
    (void)pid;
    *(int *)arg = fd;
    return true;
}

int locks_held(pid_t pid, dev_t dev, ino_t ino, bool exclusive, char *path, size_t size)
{
    char link[64];
    int fd, held = procfs_file(pid, dev, ino, exclusive ? has_it : has_lock, &fd);
    ssize_t n = 0;

    if (held == 1) {
        snprintf(link, sizeof link, "/proc/%d/fd/%d", pid, fd);
        n = readlink(link, path, size - 1);
    }
    path[n > 0 ? n : 0] = '\0';
    return held;
}

pid_t locks_segment(int id)
{
    FILE *in = fopen("/proc/sysvipc/shm", "re");
    char line[256];
    int number, maker;
    unsigned long attached;
    pid_t found = 0;

    while (in && !found && fgets(line, sizeof line, in))
        if (sscanf(line, "%*d %d %*o %*u %d %*d %lu", &number, &maker, &attached) == 3 &&
            number == id && attached > 0)
            found = maker;
    if (in)
        fclose(in);
    return found;
}
