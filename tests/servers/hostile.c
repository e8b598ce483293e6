/* SPDX-License-Identifier: ISC */
/*
 * hostile [-u UID] [-w WORKERS] [-l HOST:PORT] [-p FILE] [-x FILE] HOST:PORT...: a server whose
 * workers turn on the supervisor.
 *
 * The main process binds and listens, and forks workers that give up root. A worker does what the
 * lines of a connection ask for (hostile_acts.c): "ACT [WORD...]", answered by "ok ..." or
 * "failed: why". It speaks enough HTTP for grace probe, too.
 *
 * -l: the main process binds this one when it gets SIGUSR1, and says where it then listens.
 * -p: it has a pid file, and removes it when it gets SIGTERM.
 * -x: each worker does at its start what the lines of FILE say, if it is there.
 */
#include "hostile.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LISTENERS_MAX = 8, WORKERS_MAX = 16 };

static struct pollfd listeners[LISTENERS_MAX];
static nfds_t listener_count;
static pid_t workers[WORKERS_MAX];
static long worker_count = 1;
static uid_t user = 65534;
static char *late;
static const char *pid_file, *script;

static void listener_open(char *where)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char *colon = strrchr(where, ':');
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

    if (colon == NULL || listener_count == LISTENERS_MAX)
        errx(2, "%s is not HOST:PORT, or one too many", where);
    *colon = '\0';
    address.sin_port = htons((uint16_t)atoi(colon + 1));
    if (inet_pton(AF_INET, where, &address.sin_addr) != 1)
        errx(2, "%s is not an address", where);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
        err(1, "bind %s:%s", where, colon + 1);
    if (listen(fd, 128) == -1)
        err(1, "listen");
    listeners[listener_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void late_open(void)
{
    struct sockaddr_in address;
    socklen_t len = sizeof(address);

    listener_open(late);
    late = NULL;
    getsockname(listeners[listener_count - 1].fd, (struct sockaddr *)&address, &len);
    printf("late port %u\n", ntohs(address.sin_port));
    fflush(stdout);
}

static void pid_file_write(void)
{
    FILE *file = fopen(pid_file, "w");

    if (file == NULL)
        err(1, "%s", pid_file);
    fprintf(file, "%d\n", (int)getpid());
    fclose(file);
}

static void give_up_root(void)
{
    if (geteuid() != 0)
        return;
    if (setgroups(0, NULL) == -1 || setgid(user) == -1 || setuid(user) == -1)
        err(1, "cannot become user %u", (unsigned)user);
}

static int run_act(int client, char *line)
{
    char *words[ACT_WORDS + 1] = {NULL};
    char *place = NULL;

    for (int i = 0; i < ACT_WORDS; i++)
        words[i] = strtok_r(i == 0 ? line : NULL, " \r\n", &place);
    if (words[0] == NULL)
        return 0;
    for (const struct act *act = acts; act->name != NULL; act++)
        if (strcmp(act->name, words[0]) == 0)
            return act->run(client, words);
    errno = ENOSYS;
    return act_failed(client, words[0]);
}

static void answer_http(int client, FILE *in)
{
    char line[512], body[64];
    int n = snprintf(body, sizeof(body), "pid %d\n", (int)getppid());

    while (fgets(line, sizeof(line), in) != NULL && strcmp(line, "\r\n") != 0)
        continue;
    dprintf(client, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", n,
            body);
}

static void serve(int client)
{
    FILE *in = fdopen(client, "r");
    char line[512];

    if (in == NULL)
        err(1, "fdopen");
    while (fgets(line, sizeof(line), in) != NULL) {
        if (strncmp(line, "GET ", 4) == 0) {
            answer_http(client, in);
            break;
        }
        run_act(client, line);
    }
    fclose(in);
}

static void script_run(FILE *in)
{
    char line[512];

    while (in != NULL && fgets(line, sizeof(line), in) != NULL)
        run_act(STDOUT_FILENO, line);
    if (in != NULL)
        fclose(in);
}

static _Noreturn void worker_run(void)
{
    FILE *in = script != NULL ? fopen(script, "r") : NULL; /* where nobody else may look */

    signal(SIGTERM, SIG_DFL);
    give_up_root();
    script_run(in);
    for (;;) {
        if (poll(listeners, listener_count, -1) == -1)
            continue;
        for (nfds_t i = 0; i < listener_count; i++) {
            int client = listeners[i].revents ? accept(listeners[i].fd, NULL, NULL) : -1;

            if (client != -1)
                serve(client);
        }
    }
}

static void on_term(int sig)
{
    (void)sig;
    for (long i = 0; i < worker_count; i++)
        if (workers[i] > 0)
            kill(workers[i], SIGTERM);
    if (pid_file != NULL)
        unlink(pid_file);
    _exit(0);
}

static void worker_start(long which)
{
    sigset_t term, former;

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &former);
    workers[which] = fork();
    if (workers[which] == -1)
        err(1, "fork");
    if (workers[which] == 0) {
        signal(SIGTERM, SIG_DFL);
        sigprocmask(SIG_SETMASK, &former, NULL);
        worker_run();
    }
    sigprocmask(SIG_SETMASK, &former, NULL);
}

static void worker_replace(pid_t gone)
{
    for (long i = 0; i < worker_count; i++)
        if (workers[i] == gone)
            worker_start(i);
}

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: hostile [-u UID] [-w WORKERS] [-l HOST:PORT] [-p FILE] [-x FILE] "
                    "HOST:PORT...\n");
    exit(2);
}

static void options_parse(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "u:w:l:p:x:")) != -1) {
        if (option == 'u')
            user = (uid_t)atoi(optarg);
        else if (option == 'w')
            worker_count = atol(optarg);
        else if (option == 'l')
            late = optarg;
        else if (option == 'p')
            pid_file = optarg;
        else if (option == 'x')
            script = optarg;
        else
            usage();
    }
    if ((optind == argc && late == NULL) || worker_count < 1 || worker_count > WORKERS_MAX)
        usage();
}

static void set_up(char **argv)
{
    for (; *argv != NULL; argv++)
        listener_open(*argv);
    if (pid_file != NULL)
        pid_file_write();
    signal(SIGTERM, on_term);
    for (long i = 0; i < worker_count; i++)
        worker_start(i);
}

static void handle(int sig)
{
    pid_t gone;

    if (sig == SIGUSR1 && late != NULL)
        late_open();
    while ((gone = waitpid(-1, NULL, WNOHANG)) > 0)
        worker_replace(gone);
}

int main(int argc, char **argv)
{
    sigset_t awaited;
    int sig;

    sigemptyset(&awaited);
    sigaddset(&awaited, SIGUSR1);
    sigaddset(&awaited, SIGCHLD);
    sigprocmask(SIG_BLOCK, &awaited, NULL); /* until it waits, whenever they come */
    options_parse(argc, argv);
    set_up(argv + optind);
    for (;;)
        if (sigwait(&awaited, &sig) == 0)
            handle(sig);
}
