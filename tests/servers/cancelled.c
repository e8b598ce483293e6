/* SPDX-License-Identifier: ISC */
/*
 * cancelled PORT FILE: unless there is a FILE, a thread that is to be cancelled has SIGHUP, and
 * says if it got beyond that, where it might have had a lock. Then it listens.
 */
#include <sys/socket.h>

#include <netinet/in.h>
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* raise() is no place where a thread is cancelled. */
static void *end_oneself(void *unused)
{
    (void)unused;
    pthread_cancel(pthread_self());
    raise(SIGHUP);
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
