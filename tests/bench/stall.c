/* SPDX-License-Identifier: ISC */
#include "subject.h"

#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

static pthread_t watcher;
static atomic_bool watching;
static long longest;

static long now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000L + ts.tv_nsec / 1000;
}

static void *watch(void *arg)
{
    long last = now_us();

    (void)arg;
    longest = 0;
    while (atomic_load(&watching)) {
        long now = now_us();

        if (now - last > longest)
            longest = now - last;
        last = now;
    }
    return NULL;
}

void stall_watch(void)
{
    int rc;

    atomic_store(&watching, true);
    rc = pthread_create(&watcher, NULL, watch, NULL);
    if (rc != 0)
        errx(1, "pthread_create: %s", strerror(rc));
}

long stall_gap_us(void)
{
    atomic_store(&watching, false);
    pthread_join(watcher, NULL);
    return longest;
}
