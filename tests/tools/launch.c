/* SPDX-License-Identifier: ISC */
/*
 * launch [options] COMMAND [ARG...]: exec COMMAND with a clean slate.
 *
 * A test runner keeps files of its own open and waits until the last copy is closed, so a daemon
 * that inherits one hangs it, and tests about inherited descriptors would lie.  With --subreaper
 * COMMAND becomes the parent of every orphan below it, whether it waits for them or not.
 */
#include <sys/prctl.h>

#include <err.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct option options[] = {
    {"stdin", required_argument, NULL, '0'},
    {"stdout", required_argument, NULL, '1'},
    {"stderr", required_argument, NULL, '2'},
    {"pidfile", required_argument, NULL, 'p'},
    {"setsid", no_argument, NULL, 's'},
    {"subreaper", no_argument, NULL, 'r'},
    {NULL, 0, NULL, 0},
};

static _Noreturn void usage(void)
{
    fprintf(stderr,
            "usage: launch [--stdin FILE] [--stdout FILE] [--stderr FILE]\n"
            "              [--pidfile FILE] [--setsid] [--subreaper] [--] COMMAND [ARG...]\n");
    exit(2);
}

static void redirect(int fd, const char *path)
{
    int flags = fd == STDIN_FILENO ? O_RDONLY : O_WRONLY | O_CREAT | O_APPEND;
    int file = open(path, flags, 0644);
    if (file == -1)
        err(125, "%s", path);
    if (dup2(file, fd) == -1)
        err(125, "dup2");
}

/* Written before the exec: whoever sees the file can already send signals to the PID. */
static void write_pid(const char *path)
{
    FILE *file = fopen(path, "w");
    if (file == NULL)
        err(125, "%s", path);
    fprintf(file, "%d\n", (int)getpid());
    if (fclose(file) != 0)
        err(125, "%s", path);
}

static void reset_signals(void)
{
    sigset_t none;
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

int main(int argc, char **argv)
{
    const char *pidfile = NULL;
    int opt;

    while ((opt = getopt_long(argc, argv, "+", options, NULL)) != -1) {
        switch (opt) {
        case '0':
        case '1':
        case '2':
            redirect(opt - '0', optarg);
            break;
        case 'p':
            pidfile = optarg;
            break;
        case 's':
            setsid();
            break;
        case 'r':
            prctl(PR_SET_CHILD_SUBREAPER, 1);
            break;
        default:
            usage();
        }
    }
    if (optind == argc)
        usage();
    if (pidfile != NULL)
        write_pid(pidfile);
    close_range(3, ~0U, 0);
    reset_signals();
    execvp(argv[optind], argv + optind);
    err(127, "%s", argv[optind]);
}
