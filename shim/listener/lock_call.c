/* SPDX-License-Identifier: ISC */
#include "listener/lock_call.h"

#include <sys/file.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "libc/real.h"
#include "listener/pid_lock.h"
#include "process/refusals.h"

struct lock_call {
    int fd;
    bool waits;                                          /* until it gets it */
    bool only_looks;                                     /* "could I have it?" */
    bool gives_back;                                     /* a range may also say so itself */
    int (*ask)(const struct lock_call *call, bool wait); /* the kernel */
    struct claim (*claim)(const struct lock_call *call); /* once that has read what is asked for */
    int command;
    struct flock *range; /* of fcntl() */
    off_t size;          /* of lockf() */
};

static int wait_for(const struct lock_call *call)
{
    struct page_refusal *awaited = refusals_await(call->fd);
    int r = call->ask(call, true);

    refusals_awaited(awaited);
    return r;
}

static void note_done(const struct lock_call *call)
{
    struct claim asked;

    if (call->only_looks)
        return;
    asked = call->claim(call);
    if (call->gives_back || asked.range.l_type == F_UNLCK)
        pid_lock_gave_up(call->fd);
    else
        pid_lock_had(&asked);
}

static bool is_granted(const struct lock_call *call)
{
    struct claim asked;

    if (call->only_looks)
        return pid_lock_hides(call->fd);
    asked = call->claim(call);
    return pid_lock_grant(&asked);
}

/* As POSIX has it either error says that another process has the lock. */
static int make(const struct lock_call *call)
{
    int saved = errno, r = call->ask(call, false);

    if (r < 0 && errno != EAGAIN && errno != EACCES)
        return r;
    if (r == 0)
        note_done(call);
    if (r == 0 || is_granted(call)) {
        errno = saved;
        return 0;
    }
    if (call->waits) {
        errno = saved;
        return wait_for(call);
    }
    refusals_note(call->fd);
    return r;
}

static int ask_flock(const struct lock_call *call, bool wait)
{
    return real.flock(call->fd, call->command | (wait ? 0 : LOCK_NB));
}

static struct claim claim_flock(const struct lock_call *call)
{
    return pid_lock_of_file(call->fd, call->command);
}

int lock_call_flock(int fd, int operation)
{
    return make(&(struct lock_call){.fd = fd,
                                    .waits = !(operation & LOCK_NB),
                                    .gives_back = operation & LOCK_UN,
                                    .ask = ask_flock,
                                    .claim = claim_flock,
                                    .command = operation});
}

static int ask_lockf(const struct lock_call *call, bool wait)
{
    int cmd = call->command == F_LOCK && !wait ? F_TLOCK : call->command;

    return real.lockf(call->fd, cmd, call->size);
}

/* It is a lock of fcntl(), and asks for one by it, but not through the symbol table. */
static struct claim claim_lockf(const struct lock_call *call)
{
    const struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_len = call->size};

    return pid_lock_of_range(call->fd, F_SETLK, &range);
}

int lock_call_lockf(int fd, int cmd, off_t size)
{
    return make(&(struct lock_call){.fd = fd,
                                    .waits = cmd == F_LOCK,
                                    .only_looks = cmd == F_TEST,
                                    .gives_back = cmd == F_ULOCK,
                                    .ask = ask_lockf,
                                    .claim = claim_lockf,
                                    .command = cmd,
                                    .size = size});
}

static int ask_range(const struct lock_call *call, bool wait)
{
    int cmd = call->command;

    if (!wait && cmd == F_SETLKW)
        cmd = F_SETLK;
    if (!wait && cmd == F_OFD_SETLKW)
        cmd = F_OFD_SETLK;
    return real.fcntl(call->fd, cmd, call->range);
}

static struct claim claim_range(const struct lock_call *call)
{
    return pid_lock_of_range(call->fd, call->command, call->range);
}

static int lock_range(int fd, int cmd, struct flock *range)
{
    return make(&(struct lock_call){.fd = fd,
                                    .waits = cmd == F_SETLKW || cmd == F_OFD_SETLKW,
                                    .ask = ask_range,
                                    .claim = claim_range,
                                    .command = cmd,
                                    .range = range});
}

/* "Who has it?" */
static int look_at_range(int fd, int cmd, struct flock *range)
{
    int r = real.fcntl(fd, cmd, range);

    if (r == 0 && range->l_type != F_UNLCK && pid_lock_hides(fd))
        range->l_type = F_UNLCK;
    return r;
}

int lock_call_fcntl(int fd, int cmd, void *arg)
{
    switch (cmd) {
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return lock_range(fd, cmd, arg);
    case F_GETLK:
    case F_OFD_GETLK:
        return look_at_range(fd, cmd, arg);
    default:
        return real.fcntl(fd, cmd, arg);
    }
}
