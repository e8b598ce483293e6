/* SPDX-License-Identifier: ISC */
/*
 * cancelled PORT FILE: unless there is a FILE, a thread that is to be cancelled has SIGHUP, and
 * says if it got beyond that, where it might have had a lock. Then it listens.
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
#include <unistd.h>

/* Sends the calling thread SIGHUP when `go` is closed here: what one thread sends another is no
 * request. */
static void begin_signaller(int go[2])
{
    pid_t process = getpid(), thread = gettid();
    char nothing;

    if (pipe(go) == -1)
        err(1, "pipe");
    if (fork() == 0) {
        close(go[1]);
        if (read(go[0], &nothing, 1) == 0)
            syscall(SYS_tgkill, process, thread, SIGHUP);
        _exit(0);
    }
}

/* syscall() is no place where a thread is cancelled. */
static void *end_oneself(void *unused)
{
    int go[2];

    (void)unused;
    begin_signaller(go);
    pthread_cancel(pthread_self());
    syscall(SYS_close, go[1]);
    syscall(SYS_wait4, -1, NULL, 0, NULL);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    dprintf(STDERR_FILENO, "not cancelled by a signal\n");
    return NULL;
}

static int listen_on(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 || listen(fd, 16) == -1)
        err(1, "listen");
    return fd;
}

int main(int argc, char **argv)
{
    pthread_t thread;

    if (argc != 3)
        errx(2, "usage: cancelled PORT FILE");
    int listener = listen_on((uint16_t)atoi(argv[1]));
    if (open(argv[2], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) != -1) {
        if (pthread_create(&thread, NULL, end_oneself, NULL) != 0)
            errx(1, "pthread_create");
        pthread_join(thread, NULL);
    }
    for (;;)
        close(accept(listener, NULL, NULL));
}
