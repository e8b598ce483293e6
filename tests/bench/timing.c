/* SPDX-License-Identifier: ISC */
/*
 * timing start ROUNDS LIBGRACE SUBJECT: from fork to "waiting", unwrapped and wrapped in turns
 * timing restart ROUNDS LIBGRACE SUBJECT: from SIGHUP to ready, and from the last close of a
 *     draining generation to its end
 *
 * Prints "NAME MICROSECONDS" lines, medians.  What happens is read from the common standard error
 * of the supervisor and the subject, which says when it is about to wait for the first time.
 */
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS_MAX = 1000, PATIENCE_MS = 20000, SETTLED_MS = 100 };

static const char *library, *subject;
static char portfile[] = "/tmp/timing.XXXXXX";

/* The server that runs now. */
static pid_t server;
static int output; /* pipe of its standard error */
static char text[65536];
static size_t filled;

static long now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
}

static void await_readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    if (poll(&p, 1, PATIENCE_MS) != 1)
        errx(1, "nothing happened for %d ms; so far:\n%s", PATIENCE_MS, text);
}

/* Returns when the words have been said; what follows them is left for the next call. */
static long await_words(const char *words, char rest[32])
{
    char *found;

    while (!(found = strstr(text, words)) || !strchr(found, '\n')) {
        ssize_t n;

        await_readable(output);
        n = read(output, text + filled, sizeof text - 1 - filled);
        if (n <= 0)
            errx(1, "no '%s' in:\n%s", words, text);
        filled += (size_t)n;
        text[filled] = '\0';
    }
    found += strlen(words);
    snprintf(rest, 32, "%.*s", (int)strcspn(found, "\n"), found);
    filled -= (size_t)(found - text);
    memmove(text, found, filled + 1);
    return now_us();
}

static _Noreturn void become_server(const int pipe_ends[2], bool wrapped)
{
    dup2(pipe_ends[1], STDERR_FILENO);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    if (wrapped)
        setenv("LD_PRELOAD", library, 1);
    execl(subject, subject, portfile, (char *)NULL);
    err(1, "%s", subject);
}

/* Returns the microseconds until it waited, which its main process did as `main_pid`. */
static long server_start(bool wrapped, pid_t *main_pid)
{
    int ends[2];
    char rest[32];
    long begun = now_us();

    if (pipe(ends) == -1)
        err(1, "pipe");
    filled = 0;
    text[0] = '\0';
    server = fork();
    if (server == 0)
        become_server(ends, wrapped);
    close(ends[1]);
    output = ends[0];
    begun = await_words("waiting ", rest) - begun;
    *main_pid = atoi(rest);
    return begun;
}

static void server_stop(void)
{
    kill(server, SIGTERM);
    waitpid(server, NULL, 0);
    close(output);
}

static int by_size(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;

    return (x > y) - (x < y);
}

static void print_median(const char *name, long values[], int n)
{
    qsort(values, (size_t)n, sizeof *values, by_size);
    printf("%s %ld\n", name, values[n / 2]);
}

static void measure_start(int rounds)
{
    long plain[ROUNDS_MAX], wrapped[ROUNDS_MAX];
    pid_t ignored;

    for (int i = 0; i < rounds; i++) {
        plain[i] = server_start(false, &ignored);
        server_stop();
        wrapped[i] = server_start(true, &ignored);
        server_stop();
    }
    print_median("plain_us", plain, rounds);
    print_median("wrapped_us", wrapped, rounds);
}

static int connect_client(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    FILE *file = fopen(portfile, "r");
    unsigned short port;

    if (!file || fscanf(file, "%hu", &port) != 1)
        errx(1, "no port in %s", portfile);
    fclose(file);
    to.sin_port = htons(port);
    if (fd == -1 || connect(fd, (struct sockaddr *)&to, sizeof to) == -1)
        err(1, "connect");
    return fd;
}

/* So that the connection is accepted, and by the generation that serves now. */
static int hold_connection(void)
{
    char answer[16];
    int fd = connect_client();

    if (write(fd, "hello\n", 6) != 6)
        err(1, "write");
    await_readable(fd);
    if (read(fd, answer, sizeof answer) <= 0)
        err(1, "read");
    return fd;
}

/* One restart with a connection in the old generation. */
static void restart_once(pid_t *main_pid, long *ready, long *own, long *ended)
{
    int client = hold_connection();
    int old = pidfd_open(*main_pid, 0);
    char rest[32];
    long begun = now_us();

    kill(server, SIGHUP);
    *own = await_words("waiting ", rest) - begun;
    *main_pid = atoi(rest);
    *ready = await_words(" ready in ", rest) - begun;
    await_words(" draining", rest);
    usleep(SETTLED_MS *
           1000); /* the subject is how fast an old generation goes, not how it drains */
    begun = now_us();
    close(client);
    await_readable(old);
    *ended = now_us() - begun;
    close(old);
    await_words(" retired", rest);
}

static void measure_restart(int rounds)
{
    long start[ROUNDS_MAX], ready[ROUNDS_MAX], own[ROUNDS_MAX], ended[ROUNDS_MAX];
    char rest[32];
    pid_t main_pid;

    for (int i = 0; i < rounds; i++) {
        start[i] = server_start(false, &main_pid);
        server_stop();
    }
    server_start(true, &main_pid);
    await_words(" ready in ", rest);
    for (int i = 0; i < rounds; i++)
        restart_once(&main_pid, &ready[i], &own[i], &ended[i]);
    server_stop();
    print_median("start_us", start, rounds);
    print_median("waiting_us", own, rounds);
    print_median("ready_us", ready, rounds);
    print_median("end_us", ended, rounds);
}

int main(int argc, char **argv)
{
    int rounds = argc == 5 ? atoi(argv[2]) : 0;

    if (rounds < 1 || rounds > ROUNDS_MAX)
        errx(2, "usage: timing start|restart ROUNDS LIBGRACE SUBJECT");
    library = argv[3];
    subject = argv[4];
    close(mkstemp(portfile));
    if (strcmp(argv[1], "start") == 0)
        measure_start(rounds);
    else
        measure_restart(rounds);
    unlink(portfile);
    return 0;
}
