/* SPDX-License-Identifier: ISC */
/* One worker: a thread or a process that waits on the listeners. */
#include "server.h"

#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>

static void *shared_set;

static void *set_open_with_listeners(void)
{
    void *set = config.way->open();
    for (unsigned i = 0; i < listener_count; i++)
        config.way->watch(set, listeners[i], true);
    return set;
}

/* Before there are threads or children. */
void worker_prepare(void)
{
    if (config.way->shared)
        shared_set = set_open_with_listeners();
}

/*
 * A worker that may block in accept(), or that shares its set with others, can't have connections
 * of its own in the loop.
 */
static void serve(void *set, int fd)
{
    if (dispatch(fd))
        return;
    if (config.way->blocking_listener || config.way->shared)
        connection_serve_blocking(fd);
    else
        connection_begin(set, fd);
}

static void accept_event(void *set, int listener)
{
    int fd;

    do {
        fd = accept_connection(listener);
        if (fd != -1)
            serve(set, fd);
    } while (fd != -1 && !config.way->blocking_listener);
    if (config.way->rearm != NULL)
        config.way->rearm(set, listener);
}

static void loop_run(void)
{
    void *set = shared_set != NULL ? shared_set : set_open_with_listeners();
    int ready[WATCHED_MAX];

    if (hup_signalfd != -1)
        config.way->watch(set, hup_signalfd, false);
    for (;;) {
        int n = config.way->wait(set, ready, WATCHED_MAX);
        for (int i = 0; i < n; i++) {
            if (is_listener(ready[i]))
                accept_event(set, ready[i]);
            else if (ready[i] == hup_signalfd)
                hup_read_signalfd();
            else
                connection_event(set, ready[i]);
        }
    }
}

static void *accept_run(void *listener)
{
    for (;;) {
        int fd = accept_connection((int)(intptr_t)listener);
        if (fd != -1)
            serve(NULL, fd);
    }
    return NULL;
}

/* accept() waits on one listener only: the others get a thread each. */
static void accept_run_all(void)
{
    for (unsigned i = 1; i < listener_count; i++) {
        pthread_t thread;
        int rc = pthread_create(&thread, NULL, accept_run, (void *)(intptr_t)listeners[i]);
        if (rc != 0)
            errx(1, "pthread_create: %d", rc);
    }
    accept_run((void *)(intptr_t)listeners[0]);
}

void worker_run(void)
{
    hup_start();
    if (config.way->wait == NULL)
        accept_run_all();
    else
        loop_run();
}
