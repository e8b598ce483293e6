/* SPDX-License-Identifier: ISC */
#include "process/signal_target.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "libc/real.h"
#include "protocol/decimal.h"

/* The third and two others of proc(5)'s fields; the last number fits into an int. */
enum { STATE = 3, PENDING = 31, BLOCKED = 32, SIGNALS = 31 };

struct thread {
    char state;
    unsigned pending, blocked; /* pending: for this thread alone */
};

static unsigned field(const char *from, int number)
{
    for (int i = STATE; i < number && from; i++) {
        from = strchr(from, ' ');
        from = from ? from + 1 : NULL;
    }
    return from ? (unsigned)decimal_pid(from, strlen(from)) : 0;
}

/* The name of a program may have any character in it. */
static bool parse(const char *text, struct thread *t)
{
    const char *name_end = strrchr(text, ')');

    if (!name_end || name_end[1] != ' ')
        return false;
    t->state = name_end[2];
    t->pending = field(name_end + 2, PENDING);
    t->blocked = field(name_end + 2, BLOCKED);
    return true;
}

static bool look_at(const char *path, struct thread *t)
{
    char text[1024];
    int fd = real.open(path, O_RDONLY | O_CLOEXEC, 0);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (fd >= 0)
        real.close(fd);
    if (n < 0)
        return false;
    text[n] = '\0';
    return parse(text, t);
}

static unsigned bits(const sigset_t *set)
{
    unsigned all = 0;

    for (int sig = 1; sig <= SIGNALS; sig++)
        if (sigismember(set, sig))
            all |= 1U << (sig - 1);
    return all;
}

/* In this order: in its handler the main thread blocks what it has just taken. */
static bool main_takes(const sigset_t *set)
{
    struct thread own, first;
    sigset_t pending;
    unsigned wanted;

    if (!look_at("/proc/self/stat", &first) || sigpending(&pending) < 0 ||
        !look_at("/proc/thread-self/stat", &own))
        return false;
    for (int sig = SIGNALS + 1; sig < NSIG; sig++)
        if (sigismember(set, sig) && sigismember(&pending, sig))
            return false;
    wanted = bits(set) & bits(&pending);
    return !(wanted & own.pending) && !(wanted & first.blocked) && first.state != 'Z';
}

bool signal_target_is_main(const sigset_t *set)
{
    int saved = errno;
    bool is_main = gettid() != getpid() && main_takes(set);

    errno = saved;
    return is_main;
}
