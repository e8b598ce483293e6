/* SPDX-License-Identifier: ISC */
#include "listener/pid_file.h"

#include <sys/resource.h>
#include <sys/types.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "libc/real.h"
#include "process/predecessors.h"
#include "process/self.h"
#include "protocol/decimal.h"

enum { PID_TEXT = 32 };

/* The number in a small file, 0 when it holds anything else. */
static pid_t read_pid(const char *path)
{
    char text[PID_TEXT];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : -1;

    if (fd >= 0)
        real.close(fd);
    return n <= 0 || n == (ssize_t)sizeof text ? 0 : decimal_pid(text, (size_t)n);
}

static bool is_own_process(pid_t pid)
{
    for (unsigned i = 0; i < PAGE_SLOTS && i < atomic_load(&self.page->hint); i++)
        if (atomic_load(&self.page->slots[i].pid) == pid)
            return true;
    return false;
}

bool pid_file_is_others(const char *path)
{
    pid_t pid = read_pid(path);

    return pid > 1 && !is_own_process(pid) && (real.kill(pid, 0) == 0 || errno == EPERM);
}

/* Beyond the limit SIGXFSZ would end the server for a write of ours. */
static bool may_write(size_t size)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= size;
}

/* In place, so that what follows the number stays, and nobody finds the file without one. */
static bool write_pid(const char *path, pid_t pid)
{
    char had[PID_TEXT], text[2 * PID_TEXT], *end = decimal_put(text, (unsigned)pid);
    int fd = may_write(sizeof text) ? open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW) : -1;
    ssize_t n = fd >= 0 ? read(fd, had, sizeof had) : -1, after = 0;
    bool done = false;

    while (after < n && had[after] >= '0' && had[after] <= '9')
        after++;
    while (after < n)
        *end++ = had[after++];
    if (n > 0)
        done = pwrite(fd, text, (size_t)(end - text), 0) == end - text &&
               ftruncate(fd, end - text) == 0;
    if (fd >= 0)
        real.close(fd);
    return done;
}

/* page.looked_for is negative once it is done: a second removal is not to happen either. */
bool pid_file_gives_back(const char *path)
{
    int saved = errno;
    int64_t noted = atomic_load(&self.page->looked_for);
    pid_t predecessor = (pid_t)(noted < 0 ? -noted : noted);
    pid_t pid = path && predecessors_has(predecessor) ? read_pid(path) : 0;
    bool keep = noted < 0 && pid == predecessor && pid > 0;

    if (noted > 0 && pid > 1 && is_own_process(pid) &&
        (real.kill(predecessor, 0) == 0 || errno == EPERM)) {
        keep = write_pid(path, predecessor);
        if (keep)
            atomic_store(&self.page->looked_for, -predecessor);
    }
    errno = saved;
    return keep;
}
