/* SPDX-License-Identifier: ISC */
#include "probe/running_clock.h"

#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

static const int64_t tick = 5000000;
static const int64_t slack = 10000000; /* so late a thread may be on a busy machine that runs */

static struct {
    pthread_mutex_t lock;
    int64_t begun;
    int64_t ticked; /* when the thread last ran */
    int64_t lost;   /* until then */
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int64_t monotonic(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* With what the thread has not noticed yet: after a standstill it need not be the first to run. */
static int64_t lost_until(int64_t now)
{
    int64_t late = now - state.ticked - tick - slack;

    return late > 0 ? state.lost + late : state.lost;
}

/* A virtual processor may stand still alone, so the thread visits each in turn. */
static void move_on(const cpu_set_t *allowed)
{
    static int cpu;
    cpu_set_t next;

    do
        cpu = (cpu + 1) % CPU_SETSIZE;
    while (!CPU_ISSET(cpu, allowed));
    CPU_ZERO(&next);
    CPU_SET(cpu, &next);
    sched_setaffinity(0, sizeof(next), &next);
}

static void *tick_forever(void *arg)
{
    cpu_set_t allowed;
    bool known = sched_getaffinity(0, sizeof(allowed), &allowed) == 0;

    (void)arg;
    for (;;) {
        if (known)
            move_on(&allowed);
        nanosleep(&(struct timespec){.tv_nsec = (long)tick}, NULL);
        pthread_mutex_lock(&state.lock);
        int64_t now = monotonic();
        state.lost = lost_until(now);
        state.ticked = now;
        pthread_mutex_unlock(&state.lock);
    }
    return NULL;
}

/* No signal goes to that thread: they are read from a descriptor. */
static void start_thread(void)
{
    sigset_t all, before;
    pthread_t thread;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&thread, NULL, tick_forever, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0)
        errc(1, rc, "pthread_create");
}

void running_clock_start(void)
{
    pthread_mutex_lock(&state.lock);
    bool first = state.begun == 0;
    state.begun = state.ticked = monotonic();
    state.lost = 0;
    pthread_mutex_unlock(&state.lock);
    if (first)
        start_thread();
}

int64_t running_clock_now(void)
{
    pthread_mutex_lock(&state.lock);
    int64_t now = monotonic();
    int64_t running = now - state.begun - lost_until(now);
    pthread_mutex_unlock(&state.lock);
    return running;
}

int64_t running_clock_standstill(void)
{
    pthread_mutex_lock(&state.lock);
    int64_t lost = lost_until(monotonic());
    pthread_mutex_unlock(&state.lock);
    return lost;
}

int64_t running_clock_date(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}
