/* SPDX-License-Identifier: ISC */
/* Who has a file locked, as the kernel says it. */
#include "supervisor/kernel/locks.h"

#include <sys/file.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

enum { MANY = 2000 };

static char path[] = "/tmp/t_locks.XXXXXX";
static struct stat st;

static int open_it(int how)
{
    return open(path, how | O_CLOEXEC);
}

static int held_by(pid_t pid)
{
    char where[64] = "";
    int held = locks_held(pid, st.st_dev, st.st_ino, false, where, sizeof where);

    return held == 1 && strcmp(where, path) != 0 ? 2 : held;
}

static void check_fcntl(int cmd, const char *what)
{
    struct flock lock = {.l_type = F_RDLCK};
    int fd = open_it(O_RDWR);

    is_int(fcntl(fd, cmd, &lock), 0, "%s", what);
    is_int(held_by(getpid()), 1, "%s is seen", what);
    close(fd);
    is_int(held_by(getpid()), 0, "%s is gone", what);
}

static void check_many(void)
{
    struct flock lock = {.l_type = F_WRLCK, .l_len = 1};
    int fd = open_it(O_RDWR), failed = 0;

    for (int i = 0; i < MANY; i++, lock.l_start += 2)
        failed += fcntl(fd, F_OFD_SETLK, &lock) < 0;
    is_int(failed, 0, "%d locks", MANY);
    is_int(held_by(getpid()), 1, "one of many is seen");
    close(fd);
}

/* Not a lock, though it stands beside them. */
static void check_lease(void)
{
    int fd = open_it(O_RDONLY);

    is_int(fcntl(fd, F_SETLEASE, F_RDLCK), 0, "a lease");
    is_int(held_by(getpid()), 0, "a lease is no lock");
    close(fd);
}

/* As daemons do: the one that took it has ended. */
static void check_inherited(void)
{
    int told[2], fd = open_it(O_RDWR);
    pid_t heir = 0, taker;

    if (pipe(told) < 0 || (taker = fork()) < 0)
        abort();
    if (taker == 0) {
        if (flock(fd, LOCK_EX) == 0 && (heir = fork()) == 0)
            for (;;)
                pause();
        _exit(write(told[1], &heir, sizeof heir) != sizeof heir);
    }
    close(fd);
    waitpid(taker, NULL, 0);
    ok(read(told[0], &heir, sizeof heir) == sizeof heir && heir > 0, "an heir");
    is_int(held_by(heir), 1, "a lock is seen whose taker has ended");
    is_int(held_by(getpid()), 0, "who has only had the file has none");
    kill(heir, SIGKILL);
}

static void check_segment(void)
{
    int id = shmget(IPC_PRIVATE, 4096, 0600);
    void *at = shmat(id, NULL, 0);

    is_int(locks_segment(id), getpid(), "a segment of shared memory");
    shmdt(at);
    is_int(locks_segment(id), 0, "nobody is attached any more");
    shmctl(id, IPC_RMID, NULL);
    is_int(locks_segment(id), 0, "it is gone");
}

static void check_text(void)
{
    ok(locks_named(
           "pos:\t0\nflags:\t02\nmnt_id:\t9\nlock:\t1: POSIX  ADVISORY  READ 7 0:1:2 0 EOF\n"),
       "a lock");
    ok(locks_named("lock:\t12: FLOCK  ADVISORY  WRITE 0 00:2d:77 0 EOF"), "of one who is gone");
    ok(locks_named("lock:\t12: OFDLCK ADVISORY  WRI"), "the text ends early");
    ok(!locks_named("lock:\t12: OFDL"), "it ends too early");
    ok(!locks_named("pos:\t0\nlock:\t1: LEASE  ACTIVE    READ 7 0:1:2 0 EOF\n"), "a lease");
    ok(!locks_named("pos:\t0\nflags:\t02\nmnt_id:\t9\nino:\t44\n"), "none");
    ok(!locks_named(""), "nothing");
}

int main(void)
{
    int fd = mkstemp(path);

    fstat(fd, &st);
    is_int(held_by(getpid()), 0, "nobody has it locked");
    is_int(flock(fd, LOCK_SH), 0, "flock()");
    is_int(held_by(getpid()), 1, "flock() is seen");
    is_int(held_by(getppid()), 0, "not in another process");
    close(fd);
    check_fcntl(F_SETLK, "fcntl()");
    check_fcntl(F_OFD_SETLK, "a lock of the open file");
    check_many();
    check_lease();
    check_inherited();
    check_segment();
    check_text();
    unlink(path);
    return done();
}
