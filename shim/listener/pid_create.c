/* SPDX-License-Identifier: ISC */
#include "listener/pid_create.h"

#include <sys/stat.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "libc/real.h"
#include "listener/pid_file.h"
#include "process/claims.h"
#include "process/pid_text.h"
#include "process/predecessors.h"
#include "process/readable.h"
#include "process/refusals.h"

enum { LOOK = O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY };

/* Whom of the generation before the file names; 0: nobody. UUCP's locks of devices are padded. */
static pid_t predecessor(const char *path, uint64_t *file)
{
    int fd = real.open(path, O_RDONLY | LOOK, 0);
    struct pid_text t = {0};

    *file = claims_file_of(fd);
    if (*file)
        t = pid_text_read(fd);
    if (fd >= 0)
        real.close(fd);
    return !t.padded && predecessors_has(t.pid) && pid_file_lives(t.pid) ? t.pid : 0;
}

/* A relative path leads elsewhere once the server has changed its directory. */
static void remember(uint64_t file, int fd, const char *path, pid_t said)
{
    struct claim c = {.kind = CLAIM_CREATED, .fd = fd, .said = said};

    if (path[0] == '/' && strlen(path) < sizeof c.path)
        strcpy(c.path, path);
    claims_put(file, &c);
}

/* Who opens its pid file, empties it with that and then asks for the lock (Python's open(path,
 * "w")) is as much to get it. */
static void note_emptied(const char *path)
{
    uint64_t file;
    pid_t said = predecessor(path, &file);

    if (said > 0 && !claims_find(file))
        remember(file, -1, path, said);
}

/* The directory may be another user's, who puts something else there meanwhile. */
static int open_as_created(const char *path, int flags)
{
    uint64_t file;
    pid_t said = predecessor(path, &file);
    int to = (flags & ~(O_CREAT | O_EXCL | O_TRUNC)) | O_NONBLOCK | O_NOFOLLOW;
    int fd = said > 0 ? real.open(path, to, 0) : -1;

    if (fd < 0)
        return -1;
    if (claims_file_of(fd) != file || ftruncate(fd, 0) < 0) {
        real.close(fd);
        return -1;
    }
    if (!(flags & O_NONBLOCK))
        real.fcntl(fd, F_SETFL, (void *)(long)flags);
    remember(file, fd, path, said);
    pid_file_taken(file, said);
    return fd;
}

/* chronyd removes the file of the process that it has not found, and creates its own. */
static void note_created(int fd, const char *path)
{
    pid_t looked_for = atomic_load(&self.page->looked_for);
    uint64_t file = claims_file_of(fd);

    if (!file)
        return;
    remember(file, fd, path, 0);
    if (predecessors_has(looked_for))
        pid_file_taken(file, looked_for);
}

static int create(const char *path, int flags, mode_t mode)
{
    int fd = real.open(path, flags, mode), saved = errno;

    if (fd >= 0)
        note_created(fd, path);
    else if (errno == EEXIST && (fd = open_as_created(path, flags)) < 0)
        refusals_note_exclusive(path);
    errno = saved;
    return fd;
}

int pid_create_open(const char *path, int flags, mode_t mode)
{
    uint32_t attention = self_attention();
    int saved = errno;

    if (!readable_text(path))
        return real.open(path, flags, mode);
    if ((flags & O_CREAT) && (flags & O_EXCL) && (attention & ATTENTION_STARTING))
        return create(path, flags, mode);
    if ((flags & O_TRUNC) && (attention & ATTENTION_DRAINING) && pid_file_is_others(path))
        flags &= ~O_TRUNC; /* nsd empties it before it removes it */
    else if ((flags & O_TRUNC) && !(attention & ATTENTION_DRAINING))
        note_emptied(path);
    errno = saved;
    return real.open(path, flags, mode);
}
