/* SPDX-License-Identifier: ISC */
#include "exec/recovery.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "exec/supervise.h"
#include "libc/real.h"
#include "process/fdtab.h"
#include "process/guest.h"
#include "process/own_fds.h"
#include "process/self.h"
#include "protocol/clock.h"
#include "protocol/decimal.h"
#include "protocol/recovery_record.h"

enum { STACK = 8192, PAUSE_MS = 100 };

static int own_end = -1; /* the keeper's own end of the FIFO */
static pid_t parent;     /* as this process began */

static bool is_keeper(void)
{
    return atomic_load(&self.page->keeper) == memory_owner;
}

static long control_own_end(int command, long argument)
{
    return real.fcntl(own_end, command, (void *)argument);
}

/* An open file of its own: that of self.fds.fifo is shared with the workers. */
static void listen_for_requests(void)
{
    char path[32];
    int fd;

    decimal_put(stpcpy(path, "/proc/self/fd/"), (unsigned)self.fds.fifo);
    fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || own_fds_park(&own_end, fd) < 0)
        return;
    if (control_own_end(F_SETOWN, getpid()) < 0 ||
        control_own_end(F_SETSIG, self.restart_signal) < 0 ||
        control_own_end(F_SETFL, O_RDONLY | O_NONBLOCK | O_ASYNC) < 0)
        recovery_release();
}

void recovery_release(void)
{
    int fd = own_end;

    if (fd < 0)
        return;
    own_end = -1;
    fdtab_set(fd, FD_NONE);
    real.close(fd);
}

/* What the new supervisor is executed with, prepared where malloc() is not needed. */
static struct {
    char option[32];
    char *argv[4];
    _Alignas(16) char stacks[2][STACK];
} start;

/* For a supervisor that may not copy them out of this process. Its table is a copy of ours. */
static void bequeath_listeners(void)
{
    for (int fd = fdtab_next(0, FDS_LISTENING); fd >= 0; fd = fdtab_next(fd + 1, FDS_LISTENING))
        real.fcntl(fd, F_SETFD, NULL);
}

static int execute(void *unused)
{
    (void)unused;
    setsid();
    bequeath_listeners();
    real.fcntl(self.fds.record, F_SETFD, NULL);
    supervise_execute(self.library, start.argv, (char *[]){NULL});
    _exit(127);
}

/* Its child is nobody's: a server that waits for its children never hears of it. */
static int leave(void *unused)
{
    (void)unused;
    clone(execute, start.stacks[1] + STACK, CLONE_VM | CLONE_VFORK, NULL);
    _exit(0);
}

/* No SIGCHLD, and no wait() of the server sees it but one with __WALL. */
static void start_supervisor(void)
{
    pid_t pid;

    decimal_put(stpcpy(start.option, "--recover="), (unsigned)self.fds.record);
    start.argv[2] = start.option;
    pid = clone(leave, start.stacks[0] + STACK, CLONE_VM | CLONE_VFORK, NULL);
    if (pid > 0)
        waitpid(pid, NULL, __WALL);
}

/* One thread at a time, and none of a thousand signals a second: the page has what is requested. */
static bool is_due(void)
{
    static _Atomic int64_t last;
    int64_t before = atomic_load(&last), now = clock_ms();

    return now - before >= PAUSE_MS && atomic_compare_exchange_strong(&last, &before, now);
}

static bool has_stderr_of(const struct record *r)
{
    struct stat st;

    if (fstat(STDERR_FILENO, &st) < 0)
        return false;
    for (unsigned i = 0; i < r->kept_n && i < RECORD_KEPT; i++)
        if (r->kept[i].fd == STDERR_FILENO)
            return r->kept[i].dev == st.st_dev && r->kept[i].ino == st.st_ino;
    return false;
}

static void write_to_syslog(const char *line, size_t size)
{
    static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
    int fd = real.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return;
    if (real.connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        send(fd, line, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    real.close(fd);
}

/* A pipe whose reader leaves just now ends no server, nor does a file as large as it may get: the
 * signal of our write is kept back and taken, unless one was pending already. */
static void write_quietly(const char *text, size_t n)
{
    static const struct timespec now;
    sigset_t set, before, pending;

    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    sigaddset(&set, SIGXFSZ);
    real.pthread_sigmask(SIG_BLOCK, &set, &before);
    sigpending(&pending);
    if (write(STDERR_FILENO, text, n) < 0) {
        sigdelset(&set, errno == EPIPE ? SIGXFSZ : SIGPIPE);
        if ((errno == EPIPE && !sigismember(&pending, SIGPIPE)) ||
            (errno == EFBIG && !sigismember(&pending, SIGXFSZ)))
            real.sigtimedwait(&set, NULL, &now);
    }
    real.pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Nobody is left who writes the log. Standard error is taken where it is still the user's: a
 * daemon may have a connection of a client there. */
static void complain(const struct record *r)
{
    static _Atomic bool said;
    static const char head[] = "<27>"; /* LOG_DAEMON, LOG_ERR */
    static const char tail[] =
        " lacks the rights of the supervisor that was killed and can't start "
        "another: start the command again\n";
    struct pollfd log = {.fd = STDERR_FILENO, .events = POLLOUT};
    char line[256], *text, *end;

    if (atomic_exchange(&said, true))
        return;
    end = stpcpy(stpcpy(line, head), "grace: process ");
    end = stpcpy(decimal_put(end, (unsigned)getpid()), tail);
    text = line + sizeof head - 1;
    if (!has_stderr_of(r))
        write_to_syslog(line, (size_t)(end - line) - 1);
    else if (real.poll(&log, 1, 0) == 1 && log.revents == POLLOUT)
        write_quietly(text, (size_t)(end - text));
}

static void recover(void)
{
    struct record r;
    struct credentials own;

    if (self.fds.record < 0 || !self_is_orphan() || !is_due() ||
        pread(self.fds.record, &r, sizeof r, 0) != (ssize_t)sizeof r)
        return;
    if (credentials_read(&own) && memcmp(&own, &r.cred, sizeof own) == 0)
        start_supervisor();
    else
        complain(&r);
}

/* Then whoever is told does what it can. A zombie can be sent signals until it is reaped, which in
 * a container may be never: its children see that they have another parent. */
static bool keeper_has_gone(void)
{
    pid_t keeper = atomic_load(&self.page->keeper);

    if (keeper == parent && getppid() != parent)
        return true;
    return keeper <= 0 || (real.kill(keeper, 0) < 0 && errno == ESRCH);
}

/* A process in a sandbox may write, and perhaps no more than that. */
void recovery_request(void)
{
    if (is_keeper() || keeper_has_gone())
        recover();
    else if (self.fds.fifo >= 0 && write(self.fds.fifo, "", 1) < 0)
        return;
}

/* True if there was one. */
static bool take_requests(void)
{
    char requests[64];
    bool any = false;
    ssize_t n;

    do {
        n = read(own_end, requests, sizeof requests);
        any = any || n > 0;
    } while (n == (ssize_t)sizeof requests);
    return any;
}

void recovery_requested(void)
{
    take_requests();
    recover();
}

/* The kernel does not tell of what was requested before somebody listened. */
void recovery_join(void)
{
    int saved = errno;

    if (own_end < 0 && self.fds.fifo >= 0 && is_keeper()) {
        listen_for_requests();
        if (take_requests())
            recover();
    }
    errno = saved;
}

void recovery_begin(void)
{
    parent = getppid();
    recovery_release();
    recovery_join();
}
