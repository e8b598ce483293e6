/* SPDX-License-Identifier: ISC */
#include "listener/pid_lock.h"

#include <sys/file.h>
#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "libc/real.h"
#include "listener/pid_file.h"
#include "process/pid_text.h"
#include "process/predecessors.h"

struct claim pid_lock_of_file(int fd, int operation)
{
    return (struct claim){.kind = CLAIM_FLOCK, .fd = fd, .operation = operation | LOCK_NB};
}

/* Where the descriptor stands will have changed when the lock is asked for again. */
struct claim pid_lock_of_range(int fd, int cmd, const struct flock *range)
{
    int saved = errno;
    bool own = cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
    struct claim c = {.kind = own ? CLAIM_OFD : CLAIM_RECORD, .fd = fd, .range = *range};

    if (c.range.l_whence == SEEK_CUR) {
        c.range.l_whence = SEEK_SET;
        c.range.l_start += lseek(fd, 0, SEEK_CUR);
    }
    errno = saved;
    return c;
}

/* Whose file is it, of the generation before? 0: nobody's. Prosody closes the file when it has the
 * lock, opens it anew, so that it is empty, and asks once more. */
static pid_t predecessor(int fd, uint64_t file)
{
    const struct pid_text t = pid_text_read(fd);
    const struct claim *c = claims_find(file);

    if (predecessors_has(t.pid) && pid_file_lives(t.pid))
        return t.pid;
    return c && (t.empty || pid_file_is_own(t.pid)) ? c->said : 0;
}

bool pid_lock_grant(const struct claim *asked)
{
    int saved = errno;
    uint64_t file = claims_file_of(asked->fd);
    pid_t said = file ? predecessor(asked->fd, file) : 0;
    struct claim c = *asked;

    if (said > 0) {
        c.said = said;
        atomic_store(&c.owed, true);
        claims_put(file, &c);
        pid_file_taken(file, said);
    }
    errno = saved;
    return said > 0;
}

void pid_lock_had(const struct claim *asked)
{
    int saved = errno;
    uint64_t file = claims_file_of(asked->fd);
    const struct claim *c = file ? claims_find(file) : NULL;
    struct claim had = *asked;

    if (file && (c || (self_attention() & ATTENTION_STARTING))) {
        had.said = c ? c->said : 0;
        claims_put(file, &had);
    }
    errno = saved;
}

void pid_lock_gave_up(int fd)
{
    for (unsigned i = 0; i < CLAIMS; i++)
        if (atomic_load(&claims[i].file) && claims[i].fd == fd)
            claims_settle(&claims[i], false);
}

bool pid_lock_hides(int fd)
{
    int saved = errno;
    uint64_t file = claims_file_of(fd);
    bool hidden = file && predecessor(fd, file) > 0;

    errno = saved;
    return hidden;
}

static int take(const struct claim *c)
{
    struct flock range = c->range;

    if (c->kind == CLAIM_FLOCK)
        return real.flock(c->fd, c->operation);
    return real.fcntl(c->fd, c->kind == CLAIM_OFD ? F_OFD_SETLK : F_SETLK, &range);
}

/* A descriptor that was closed has given up the lock, as it would have in truth. */
static void take_owed(struct claim *c)
{
    if (claims_file_of(c->fd) != atomic_load(&c->file))
        claims_drop(c);
    else if (take(c) == 0)
        claims_settle(c, true);
}

/* When a process closes any descriptor of a file its locks of it are gone: to read or write it by
 * another one has taken this one. */
static bool was_lost(const struct claim *c)
{
    return c->kind == CLAIM_RECORD && atomic_load(&c->held) &&
           (real.fcntl(c->fd, F_GETFL, NULL) & O_ACCMODE) != O_RDWR;
}

static void write_own(int fd)
{
    const struct pid_text t = pid_text_read(fd);

    if (t.empty || (t.pid > 1 && !pid_file_lives(t.pid)))
        pid_text_write(fd, getpid());
}

static void write_open(const struct claim *c)
{
    write_own(c->fd);
    if (was_lost(c))
        take(c);
}

/* One that was created has been closed since, and may be another file by now. */
static void write_created(uint64_t file)
{
    for (unsigned i = 0; i < CLAIMS; i++) {
        const struct claim *c = &claims[i];
        int fd =
            atomic_load(&c->file) && c->kind == CLAIM_CREATED && c->path[0]
                ? real.open(c->path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, 0)
                : -1;

        if (fd >= 0 && claims_file_of(fd) == file)
            write_own(fd);
        if (fd >= 0)
            real.close(fd);
    }
}

static void give_back(struct page_pid_file *p)
{
    uint64_t file = atomic_load(&p->file);
    const struct claim *c = claims_find(file);

    if (atomic_load(&p->pid) != getpid())
        return;
    if (c && claims_file_of(c->fd) == file)
        write_open(c);
    else
        write_created(file);
    atomic_store(&p->pid, 0);
}

void pid_lock_look(void)
{
    for (unsigned i = 0; i < CLAIMS; i++)
        if (atomic_load(&claims[i].file) && atomic_load(&claims[i].owed))
            take_owed(&claims[i]);
    for (unsigned i = 0; i < PAGE_PID_FILES; i++)
        give_back(&self.page->pid_files[i]);
}
