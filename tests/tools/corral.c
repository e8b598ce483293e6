/* SPDX-License-Identifier: ISC */
/*
 * corral SECONDS REPORT COMMAND [ARG...]: run COMMAND and let nothing that it starts outlive it.
 *
 * As a subreaper it becomes the parent of every orphan below it, so no daemon gets away, whatever
 * it does to its session, its title or its environment. What is left a moment after the end of
 * COMMAND is killed and named in the file REPORT, a line each; so is an overrun of the time limit.
 * Exit status: that of COMMAND, 128+n for signal n, 124 for the time limit.
 */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <dirent.h>
#include <err.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* 2 s, in looks and not by the clock: it goes on while the machine stands still. */
enum { SETTLE_LOOKS = 200 };
static const struct timespec LOOK = {.tv_nsec = 10000000};

static FILE *report;

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static int exit_status(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The next signal, 0 when the seconds that are left are over. Of a longer step than it waits for,
 * only that counts: the machine stood still. */
static int next_signal(const sigset_t *signals, double *left)
{
    static const struct timespec step = {.tv_sec = 1};
    int sig = -1;

    while (sig == -1 && *left > 0) {
        double begun = now();
        sig = sigtimedwait(signals, NULL, &step);
        double took = now() - begun;
        *left -= took < 1 ? took : 1;
    }
    return sig == -1 ? 0 : sig;
}

/* Reaps all that has ended; false when no child is left. */
static bool reap(pid_t child, int *status)
{
    for (;;) {
        int each;
        pid_t pid = waitpid(-1, &each, WNOHANG);
        if (pid == child)
            *status = exit_status(each);
        if (pid <= 0)
            return pid == 0;
    }
}

static FILE *proc_open(pid_t pid, const char *name)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    return fopen(path, "r");
}

static pid_t parent_of(pid_t pid)
{
    char line[512];
    int parent = -1;
    FILE *file = proc_open(pid, "stat");
    if (file == NULL)
        return -1;
    if (fgets(line, sizeof(line), file) != NULL) {
        const char *end = strrchr(line, ')');
        if (end == NULL || sscanf(end + 1, " %*c %d", &parent) != 1)
            parent = -1;
    }
    fclose(file);
    return parent;
}

static void describe(pid_t pid)
{
    char command[200];
    FILE *file = proc_open(pid, "cmdline");
    size_t length = file != NULL ? fread(command, 1, sizeof(command) - 1, file) : 0;
    if (file != NULL)
        fclose(file);
    if (length == 0) /* a zombie that reap() meets next */
        return;
    for (size_t i = 0; i < length; i++)
        if (command[i] == '\0' || command[i] == '\n')
            command[i] = ' ';
    command[length] = '\0';
    fprintf(report, "left behind: process %d: %s\n", (int)pid, command);
}

static void kill_children(void)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    if (proc == NULL)
        err(125, "/proc");
    while ((entry = readdir(proc)) != NULL) {
        pid_t pid = (pid_t)atoi(entry->d_name);
        if (pid <= 0 || parent_of(pid) != getpid())
            continue;
        describe(pid);
        kill(pid, SIGKILL);
    }
    closedir(proc);
}

/* Killing a parent hands its children to us, so this goes on until there are none. */
static void kill_all(pid_t child, int *status)
{
    while (reap(child, status)) {
        kill_children();
        nanosleep(&LOOK, NULL);
    }
}

static pid_t start(char **argv)
{
    sigset_t none;
    pid_t child = fork();
    if (child == -1)
        err(125, "fork");
    if (child > 0)
        return child;
    setpgid(0, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execvp(argv[0], argv);
    err(127, "%s", argv[0]);
}

static void block_signals(sigset_t *signals)
{
    static const int each[] = {SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    sigemptyset(signals);
    for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++) {
        signal(each[i], SIG_DFL); /* a shell ignores SIGINT for what it runs in the background */
        sigaddset(signals, each[i]);
    }
    sigprocmask(SIG_BLOCK, signals, NULL);
}

int main(int argc, char **argv)
{
    sigset_t signals;
    int status = -1, sig;

    if (argc < 4 || atof(argv[1]) <= 0)
        errx(2, "usage: corral SECONDS REPORT COMMAND [ARG...]");
    if ((report = fopen(argv[2], "we")) == NULL)
        err(125, "%s", argv[2]);
    block_signals(&signals);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) == -1 || prctl(PR_SET_PDEATHSIG, SIGTERM) == -1)
        err(125, "prctl");

    pid_t child = start(argv + 3);
    double left = atof(argv[1]);
    while (status == -1 && (sig = next_signal(&signals, &left)) == SIGCHLD)
        reap(child, &status);
    if (status == -1) { /* out of time, or told to end */
        if (sig == 0)
            fprintf(report, "stopped: the time limit of %s s is over\n", argv[1]);
        status = sig == 0 ? 124 : 128 + sig;
        kill(-child, SIGTERM);
    }

    int ignored;
    for (int looks = 0; looks < SETTLE_LOOKS && reap(child, &ignored); looks++)
        nanosleep(&LOOK, NULL);
    kill_all(child, &ignored);
    return status;
}
