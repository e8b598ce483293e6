/* SPDX-License-Identifier: ISC */
#include "listener/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "libc/real.h"
#include "process/pid_text.h"
#include "process/predecessors.h"
#include "process/self.h"

/* The number in a pid file, 0 when it holds anything else. */
static pid_t read_pid(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    pid_t pid = fd >= 0 ? pid_text_read(fd).pid : 0;

    if (fd >= 0)
        real.close(fd);
    return pid;
}

bool pid_file_is_own(pid_t pid)
{
    for (unsigned i = 0; i < PAGE_SLOTS && i < atomic_load(&self.page->hint); i++)
        if (pid > 0 && atomic_load(&self.page->slots[i].pid) == pid)
            return true;
    return false;
}

bool pid_file_lives(pid_t pid)
{
    return real.kill(pid, 0) == 0 || errno == EPERM;
}

static bool is_others(pid_t pid)
{
    return pid > 1 && !pid_file_is_own(pid) && pid_file_lives(pid);
}

bool pid_file_is_others(const char *path)
{
    return is_others(read_pid(path));
}

bool pid_file_open_is_others(int fd)
{
    return is_others(pid_text_read(fd).pid);
}

static bool write_pid(const char *path, pid_t pid)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    bool done = fd >= 0 && pid_text_write(fd, pid);

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

    if (noted > 0 && pid > 1 && pid_file_is_own(pid) && pid_file_lives(predecessor)) {
        keep = write_pid(path, predecessor);
        if (keep)
            atomic_store(&self.page->looked_for, -predecessor);
    }
    errno = saved;
    return keep;
}

void pid_file_taken(uint64_t file, pid_t said)
{
    for (unsigned i = 0; i < PAGE_PID_FILES; i++) {
        struct page_pid_file *p = &self.page->pid_files[i];
        int32_t nobody = 0;

        if (atomic_load(&p->file) != file &&
            !atomic_compare_exchange_strong(&p->pid, &nobody, said))
            continue;
        atomic_store(&p->file, file);
        break;
    }
    predecessors_looked(said);
}
