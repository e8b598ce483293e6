/* SPDX-License-Identifier: ISC */
#include "supervisor/state/record.h"

#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervisor/kernel/io.h"
#include "supervisor/kernel/procfs.h"
#include "supervisor/state/log.h"
#include "supervisor/state/record_text.h"

enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };

static struct record *own; /* until it is published */
static int own_fd = -1;

static void note_limits(struct record *r)
{
    for (int i = 0; i < RECORD_LIMITS; i++) {
        struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

        getrlimit((__rlimit_resource_t)i, &limit);
        r->limits[i].soft = limit.rlim_cur;
        r->limits[i].hard = limit.rlim_max;
    }
}

static void note_schedule(struct record *r)
{
    struct sched_param param = {0};
    mode_t mask = umask(077);

    umask(mask);
    r->umask = (int32_t)mask;
    r->nice = getpriority(PRIO_PROCESS, 0);
    r->policy = sched_getscheduler(0);
    if (sched_getparam(0, &param) == 0)
        r->priority = param.sched_priority;
    sched_getaffinity(0, sizeof r->cpus, (cpu_set_t *)r->cpus);
}

static void note_groups(struct record *r)
{
    int n = getgroups(64, r->groups);

    r->groups_n = n > 0 ? (uint32_t)n : 0;
}

/* What is close-on-exec is our own. */
static void note_descriptors(struct record *r)
{
    struct procfs_dir dir;
    struct stat st;
    int fd;

    procfs_open(&dir, "/proc/self/fd");
    while ((fd = procfs_next(&dir)) >= 0 && r->kept_n < RECORD_KEPT) {
        int flags = fcntl(fd, F_GETFD);

        if (flags >= 0 && !(flags & FD_CLOEXEC) && fstat(fd, &st) == 0)
            r->kept[r->kept_n++] =
                (struct record_file){.fd = fd, .dev = st.st_dev, .ino = st.st_ino};
    }
    procfs_close(&dir);
}

void record_make(const struct command *command)
{
    size_t size = sizeof *own + record_text_size(command);

    if (own || size > RECORD_MAX || !(own = calloc(1, size)))
        return;
    own->version = RECORD_VERSION;
    own->size = (uint32_t)size;
    if (!credentials_read(&own->cred) || getrandom(own->id, sizeof own->id, GRND_NONBLOCK) < 0) {
        free(own);
        own = NULL;
        return;
    }
    own->blocked = command->blocked;
    own->ignored = command->ignored;
    own->leads = command->leads;
    note_limits(own);
    note_schedule(own);
    note_groups(own);
    note_descriptors(own);
    record_text_write(own, command);
}

void record_take_id(const struct record *r)
{
    if (own)
        memcpy(own->id, r->id, sizeof own->id);
}

/* Only this user may open it for writing: whoever has it open so is a supervisor. */
static int seal(const struct record *r)
{
    int fd = memfd_create(RECORD_NAME, MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd >= 0 && fchmod(fd, 0600) == 0 && write(fd, r, r->size) == (ssize_t)r->size &&
        fcntl(fd, F_ADD_SEALS, SEALS) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

void record_publish(void)
{
    if (own_fd >= 0 || !own)
        return;
    own_fd = seal(own);
    free(own);
    own = NULL;
    if (own_fd < 0)
        log_line(LEVEL_DEBUG, "no recovery record: %s", strerror(errno));
}

int record_lend(void)
{
    return own_fd < 0 ? -1 : io_reopen(0, own_fd, O_RDONLY);
}

bool record_own(int fd)
{
    own_fd = io_reopen(0, fd, O_RDWR);
    return own_fd >= 0;
}

static bool is_sealed_by_us(int fd, struct stat *st)
{
    int seals = fcntl(fd, F_GET_SEALS);

    return seals >= 0 && (seals & SEALS) == SEALS && fstat(fd, st) == 0 &&
           st->st_uid == geteuid() && (st->st_mode & 0777) == 0600;
}

const struct record *record_open(int fd)
{
    const struct record *r;
    struct stat st;

    errno = EPROTO;
    if (!is_sealed_by_us(fd, &st) || st.st_size < (off_t)sizeof *r || st.st_size > RECORD_MAX)
        return NULL;
    /* for writing: the environment of this process may be made of it */
    r = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (r == MAP_FAILED)
        return NULL;
    if (r->version == RECORD_VERSION && r->size == (uint64_t)st.st_size && record_text_is_whole(r))
        return r;
    munmap((void *)(uintptr_t)r, (size_t)st.st_size);
    errno = EPROTO;
    return NULL;
}

void record_close(const struct record *r)
{
    munmap((void *)(uintptr_t)r, r->size);
}

bool record_is_same_server(const struct record *r)
{
    return own && memcmp(own->cred.uid, r->cred.uid, sizeof r->cred.uid) == 0 &&
           record_text_equal(own, r);
}
