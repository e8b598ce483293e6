/* SPDX-License-Identifier: ISC */
/* What a server does about itself before it serves: --daemonize, --sandbox, --notify. */
#include "server.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <err.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the server itself needs once it listens, and docs/limits.md asks for besides. A sleep that
 * was stopped and continued goes on with restart_syscall(2). */
static const unsigned allowed[] = {
    SYS_accept,
    SYS_accept4,
    SYS_brk,
    SYS_mmap,
    SYS_munmap,
    SYS_futex,
    SYS_clock_nanosleep,
    SYS_close,
    SYS_dup3,
    SYS_epoll_ctl,
    SYS_epoll_create1,
    SYS_epoll_wait,
    SYS_exit,
    SYS_exit_group,
    SYS_fcntl,
    SYS_getpid,
    SYS_getsockname,
    SYS_getsockopt,
    SYS_gettid,
    SYS_poll,
    SYS_read,
    SYS_recvfrom,
    SYS_restart_syscall,
    SYS_rt_sigreturn,
    SYS_sendto,
    SYS_write,
};

enum { ALLOWED = sizeof(allowed) / sizeof(allowed[0]) };

static void filter_calls(void)
{
    struct sock_filter code[ALLOWED + 3];
    struct sock_fprog program = {.len = ALLOWED + 3, .filter = code};

    code[0] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < ALLOWED; i++)
        code[i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i],
                                                   (unsigned char)(ALLOWED - i), 0);
    code[ALLOWED + 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    code[ALLOWED + 2] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        err(1, "seccomp");
}

void settle_before_bind(void)
{
    for (unsigned i = 0; i < config.daemonize; i++)
        if (daemon(1, 1) == -1)
            err(1, "daemon");
}

static void notify(const char *text)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    const char *path = getenv("NOTIFY_SOCKET");
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (path == NULL || fd == -1)
        errx(1, "nobody to notify");
    memcpy(name.sun_path, path, strnlen(path, sizeof(name.sun_path)));
    if (name.sun_path[0] == '@')
        name.sun_path[0] = '\0';
    if (sendto(fd, text, strlen(text), 0, (struct sockaddr *)&name,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))) == -1)
        err(1, "%s", path);
    close(fd);
}

/* While the others serve. */
static void *notify_when(void *unused)
{
    while (access(config.notify, F_OK) == -1)
        sleep_ms(5);
    notify("READY=1");
    return unused;
}

void settle_after_listen(void)
{
    pthread_t thread;

    if (config.notify != NULL && pthread_create(&thread, NULL, notify_when, NULL) != 0)
        errx(1, "pthread_create");
    if (config.sandbox != SANDBOX_NONE && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        err(1, "no_new_privs");
    if (config.sandbox == SANDBOX_SECCOMP)
        filter_calls();
}
