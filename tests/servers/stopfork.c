/* SPDX-License-Identifier: ISC */
/*
 * Preloaded behind libgrace.so, and so initialized before it: a child that is forked stops before
 * the handlers of others run in it, if it can make the file that STOP_FORK names.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void stop(void)
{
    const char *path = getenv("STOP_FORK");
    int fd = path != NULL ? open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600) : -1;

    if (fd == -1)
        return;
    close(fd);
    raise(SIGSTOP);
}

static __attribute__((constructor)) void init(void)
{
    pthread_atfork(NULL, NULL, stop);
}
