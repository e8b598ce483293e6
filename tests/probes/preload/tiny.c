/* SPDX-License-Identifier: ISC */
/*
 * tiny PORT: an HTTP server, a thread for each connection, that can be built and started in odd
 * ways: with another allocator or a sanitizer (see meson.build); -DEARLY   calls interposed
 * functions before any library is initialised; -DWIPED   writes over its arguments and its
 * environment, as programs do that set their title.
 */
#include <sys/socket.h>
#include <sys/syscall.h>
#include <netinet/in.h>
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STACK = 128 * 1024 };

#ifdef EARLY
static int early_results;

/* Nothing may print here yet. */
static void early(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), copy = dup(fd);

    early_results += fd >= 0 && copy > fd;
    early_results += fcntl(copy, F_SETFD, FD_CLOEXEC) == 0;
    early_results += listen(fd, 5) == 0 && accept4(fd, NULL, NULL, SOCK_NONBLOCK | 1) < 0;
    early_results += close(copy) == 0 && syscall(SYS_close, fd) == 0 && close(fd) < 0;
    early_results += signal(SIGHUP, SIG_DFL) == SIG_DFL;
}

static void (*const early_entry)(void) __attribute__((section(".preinit_array"), used)) = early;
#endif

#ifdef WIPED
/* Arguments and environment lie one after the other; getenv() finds nothing afterwards. */
static void wipe(char **argv)
{
    static char *none[] = {NULL};
    char *end = argv[0];

    for (char **p = argv; *p; p++)
        end = *p + strlen(*p);
    for (char **p = environ; *p; p++)
        end = *p + strlen(*p);
    environ = none;
    memset(argv[0], 'x', (size_t)(end - argv[0]));
}
#endif

static void *answer(void *data)
{
    static const char head[] =
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n";
    int fd = *(int *)data;
    size_t size = 4096;
    char *request = malloc(size);

    free(data);
    if (request && read(fd, request, size) > 0 && write(fd, head, sizeof head - 1) < 0)
        warn("write");
    free(request);
    shutdown(fd, SHUT_WR);
    close(fd);
    return NULL;
}

static void begin_answer(int fd)
{
    int *data = malloc(sizeof *data);
    pthread_attr_t attr;
    pthread_t thread;

    if (!data)
        err(1, "malloc");
    *data = fd;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attr, answer, data) != 0)
        answer(data);
    pthread_attr_destroy(&attr);
}

static int listen_on(int port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0 || listen(fd, 511) < 0)
        err(1, "port %d", port);
    return fd;
}

int main(int argc, char **argv)
{
    int listener = listen_on(argc > 1 ? atoi(argv[1]) : 0);

    signal(SIGPIPE, SIG_IGN);
#ifdef EARLY
    if (early_results != 5)
        errx(1, "%d of 5 early calls have worked", early_results);
#endif
#ifdef WIPED
    wipe(argv);
#else
    (void)argv;
#endif
    for (;;) {
        int fd = accept(listener, NULL, NULL);

        if (fd >= 0)
            begin_answer(fd);
    }
}
