/* SPDX-License-Identifier: ISC */
/*
 * confine [options] COMMAND [ARG...]: exec COMMAND where less is allowed than it may expect.
 *
 * A denied call fails with EPERM, as under a container's or a unit's seccomp filter.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    unsigned number;
} calls[] = {
    {"memfd_create", SYS_memfd_create},
    {"signalfd4", SYS_signalfd4},
    {"eventfd2", SYS_eventfd2},
    {"socketpair", SYS_socketpair},
    {"pidfd_open", SYS_pidfd_open},
    {"pidfd_getfd", SYS_pidfd_getfd},
    {"pipe2", SYS_pipe2},
    {"prctl", SYS_prctl},
    {"ftruncate", SYS_ftruncate},
    {"sendmsg", SYS_sendmsg},
    {"setpgid", SYS_setpgid},
    {"process_vm_readv", SYS_process_vm_readv},
    {"futex", SYS_futex},
};

static const struct option options[] = {
    {"closed", required_argument, NULL, 'c'},
    {"deny", required_argument, NULL, 'd'},
    {"entry", required_argument, NULL, 'e'},
    {"file-size", required_argument, NULL, 's'},
    {"files", required_argument, NULL, 'f'},
    {"no-reader", no_argument, NULL, 'n'},
    {"processes", required_argument, NULL, 'p'},
    {"uid", required_argument, NULL, 'u'},
    {NULL, 0, NULL, 0},
};

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: confine [--uid UID] [--files N] [--processes N] [--file-size N]\n"
                    "               [--deny CALL] [--closed DIGITS] [--no-reader] [--entry TEXT]\n"
                    "               [--] COMMAND [ARG...]\n"
                    "calls: attach_filter");
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        fprintf(stderr, " %s", calls[i].name);
    fputc('\n', stderr);
    exit(2);
}

static unsigned number(const char *text)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || n > 1000000)
        usage();
    return (unsigned)n;
}

static void limit(int resource, unsigned n)
{
    const struct rlimit both = {n, n};
    if (setrlimit(resource, &both) != 0)
        err(125, "setrlimit");
}

static void become(unsigned uid)
{
    if (setgroups(0, NULL) != 0 || setgid(uid) != 0 || setuid(uid) != 0)
        err(125, "setuid");
}

static void install(struct sock_filter *code, unsigned short n)
{
    struct sock_fprog program = {.len = n, .filter = code};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        err(125, "seccomp");
}

/* As everybody else has it, whatever the caller's is. */
static void default_action(int sig)
{
    if (signal(sig, SIG_DFL) == SIG_ERR)
        err(125, "signal");
}

static void close_numbers(const char *digits)
{
    for (; *digits; digits++)
        close(*digits - '0');
}

/* Standard error: a pipe whose other end is gone. */
static void no_reader(void)
{
    int ends[2];

    if (pipe(ends) != 0 || dup2(ends[1], STDERR_FILENO) == -1)
        err(125, "pipe");
    close(ends[0]);
    close(ends[1]);
    default_action(SIGPIPE);
}

/* An entry of the environment as it is, which putenv() would take for a wish to remove one. */
static void add_entry(char *text)
{
    static char *entries[1024];
    size_t n = 0;

    for (; environ[n] != NULL && n < 1022; n++)
        entries[n] = environ[n];
    entries[n++] = text;
    entries[n] = NULL;
    environ = entries;
}

static void deny_number(unsigned call)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };

    install(code, sizeof(code) / sizeof(code[0]));
}

/* setsockopt() of this option alone. */
static void deny_filters(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setsockopt, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SO_ATTACH_FILTER, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };

    install(code, sizeof(code) / sizeof(code[0]));
}

static void deny(const char *name)
{
    if (strcmp(name, "attach_filter") == 0) {
        deny_filters();
        return;
    }
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (strcmp(calls[i].name, name) == 0) {
            deny_number(calls[i].number);
            return;
        }
    usage();
}

int main(int argc, char **argv)
{
    int opt;

    while ((opt = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        switch (opt) {
        case 'c':
            close_numbers(optarg);
            break;
        case 'd':
            deny(optarg);
            break;
        case 'e':
            add_entry(optarg);
            break;
        case 'f':
            limit(RLIMIT_NOFILE, number(optarg));
            break;
        case 'n':
            no_reader();
            break;
        case 'p':
            limit(RLIMIT_NPROC, number(optarg));
            break;
        case 's':
            limit(RLIMIT_FSIZE, number(optarg));
            default_action(SIGXFSZ);
            break;
        case 'u':
            become(number(optarg));
            break;
        default:
            usage();
        }
    }
    if (optind == argc)
        usage();
    execvp(argv[optind], argv + optind);
    err(127, "%s", argv[optind]);
}
