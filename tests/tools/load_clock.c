/* SPDX-License-Identifier: ISC */
#include "load_clock.h"

#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <time.h>

static const double tick = 0.005;
static const double slack = 0.010; /* so late a thread may be on a busy machine that runs */

static struct {
    pthread_mutex_t lock;
    double ticked; /* when the thread last ran; 0 before it is started */
    double lost;   /* until then */
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

double clock_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* With what the thread has not noticed yet: after a standstill it need not be the first to run. */
static double lost_until(double now)
{
    double late = state.ticked == 0 ? 0 : now - state.ticked - tick - slack;
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
        nanosleep(&(struct timespec){.tv_nsec = (long)(tick * 1e9)}, NULL);
        pthread_mutex_lock(&state.lock);
        double now = clock_now();
        state.lost = lost_until(now);
        state.ticked = now;
        pthread_mutex_unlock(&state.lock);
    }
    return NULL;
}

void clock_start(void)
{
    pthread_t thread;

    state.ticked = clock_now();
    int rc = pthread_create(&thread, NULL, tick_forever, NULL);
    if (rc != 0)
        errc(2, rc, "pthread_create");
}

double clock_running(void)
{
    pthread_mutex_lock(&state.lock);
    double now = clock_now();
    double running = now - lost_until(now);
    pthread_mutex_unlock(&state.lock);
    return running;
}
